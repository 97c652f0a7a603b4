#!/usr/bin/env escript
%% An echo server: an Erlang process per connection.
-mode(compile).

main([Port]) -> main([Port, "127.0.0.1"]);
main([Port, Address]) ->
    ok = os:set_signal(sigterm, default), % end at once; its own way takes a second
    {ok, Ip} = inet:parse_ipv4_address(Address),
    Options = [binary, {active, false}, {backlog, 4096}, {ip, Ip},
               {nodelay, true}, {reuseaddr, true}],
    {ok, Listener} = gen_tcp:listen(list_to_integer(Port), Options),
    accept(Listener).

accept(Listener) ->
    {ok, Client} = gen_tcp:accept(Listener),
    Server = spawn(fun() -> receive start -> echo(Client) end end),
    ok = gen_tcp:controlling_process(Client, Server),
    Server ! start,
    accept(Listener).

echo(Client) ->
    case gen_tcp:recv(Client, 0) of
        {ok, Data} ->
            gen_tcp:send(Client, Data),
            echo(Client);
        {error, _} ->
            gen_tcp:close(Client)
    end.
