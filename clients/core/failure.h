// How a request can fail. The driver counts each kind apart.
#pragma once

enum failure { CONNECT_FAILED, RESET, SHORT, MISMATCH, TIMEOUT, FAILURES };
