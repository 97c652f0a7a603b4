// How a request can fail. The driver counts each type separately.
#pragma once

enum failure { CONNECT_FAILED, RESET, SHORT, MISMATCH, TIMEOUT, FAILURES };
