%% Runs low-level scripts on this node by the release handler's own evaluator and says after every instruction what the node looks
%% like. The world: an application `w' in two versions, with servers, a process that waits in a loop of its own, and a library
%% module; applications `x' and `y' that do nothing.
-module(node_driver).
-export([main/1, note/0]).

-define(SERVERS, [w_a, w_b, w_c]).
-define(MODULES, [w_a, w_b, w_c, w_f, w_l, w_new]).

main([Scripts, Answers]) ->
    ok = logger:set_primary_config(level, none),
    [build(Vsn) || Vsn <- ["1", "2"]],
    [ok = application:load({application, App, [{description, ""}, {vsn, "1"}, {modules, []}, {registered, []}, {applications, [kernel, stdlib]}]}) || App <- [x, y]],
    {ok, All} = file:consult(Scripts),
    {ok, Out} = file:open(Answers, [write]),
    [io:format(Out, "~s~n", [answer(Script)]) || Script <- All],
    ok = file:close(Out),
    halt(0).

answer(Script) ->
    reset(),
    put(seen, []),
    Probe = {apply, {?MODULE, note, []}},
    Probed = lists:append([[Instruction, Probe] || Instruction <- Script]),
    Result = release_handler_1:eval_script(Probed, [], [{w, "2", dir("2")}], [], []),
    Outcome = case Result of {ok, _} -> "ok"; _ -> "failed" end,
    lists:join($|, [Outcome | lists:reverse(get(seen))]).

%% The node as it is now; processes that a purge has killed are given the time to be started again.
note() ->
    Loops = [w_l || {_, Pid, _, _} <- supervisor:which_children(w_sup), Pid =:= restarting],
    [] =:= Loops orelse timer:sleep(5),
    Code = [[atom_to_list(M), $=, version(M), $,] || M <- ?MODULES],
    Old = [[atom_to_list(M), $,] || M <- ?MODULES, erlang:check_old_code(M)],
    Suspended = [[atom_to_list(M), $,] || M <- ?SERVERS, is_pid(whereis(M)), suspended(whereis(M))],
    Alive = [[atom_to_list(M), $,] || M <- ?SERVERS, is_pid(whereis(M))],
    Apps = [[atom_to_list(A), $,] || A <- [x, y], lists:keymember(A, 1, application:which_applications())],
    put(seen, [lists:flatten([Code, $;, Old, $;, Suspended, $;, Alive, $;, Apps]) | get(seen)]),
    ok.

version(M) ->
    case code:is_loaded(M) of
        false -> "0";
        {file, _} -> integer_to_list(M:v())
    end.

suspended(Pid) ->
    {status, _, _, [_, Status | _]} = sys:get_status(Pid),
    Status =:= suspended.

reset() ->
    application:stop(w),
    application:unload(w),
    [begin code:purge(M), code:delete(M), code:purge(M) end || M <- [w_sup, w_app | ?MODULES]],
    code:del_path(w),
    code:add_patha(filename:join(dir("1"), "ebin")),
    [{module, M} = code:load_file(M) || M <- [w_sup, w_app | ?MODULES -- [w_new]]],
    ok = application:start(w),
    [case application:start(A) of ok -> ok; {error, {already_started, A}} -> ok end || A <- [x, y]].

dir(Vsn) ->
    {ok, Here} = file:get_cwd(),
    filename:join([Here, "lib", "w-" ++ Vsn]).

build(Vsn) ->
    Ebin = filename:join(dir(Vsn), "ebin"),
    ok = filelib:ensure_dir(filename:join(Ebin, "x")),
    [compile(Ebin, Name, Text) || {Name, Text} <- sources(Vsn), Vsn =:= "2" orelse Name =/= w_new],
    App = {application, w, [{description, ""}, {vsn, Vsn}, {modules, [w_sup, w_app | ?MODULES]}, {registered, []}, {applications, [kernel, stdlib]}, {mod, {w_app, []}}]},
    ok = file:write_file(filename:join(Ebin, "w.app"), io_lib:format("~p.~n", [App])).

compile(Ebin, Name, Text) ->
    File = filename:join(Ebin, atom_to_list(Name) ++ ".erl"),
    ok = file:write_file(File, Text),
    {ok, Name} = compile:file(File, [{outdir, Ebin}]),
    ok = file:delete(File).

sources(Vsn) ->
    Server = fun(M) ->
        {M, io_lib:format(
            "-module(~s). -behaviour(gen_server).~n"
            "-export([start_link/0,init/1,handle_call/3,handle_cast/2,code_change/3,v/0]).~n"
            "v() -> ~s.~n"
            "start_link() -> gen_server:start_link({local,~s}, ~s, [], []).~n"
            "init(_) -> {ok, []}.~nhandle_call(_, _, S) -> {reply, ok, S}.~nhandle_cast(_, S) -> {noreply, S}.~n"
            "code_change(_, S, _) -> {ok, S}.~n", [M, Vsn, M, M])}
    end,
    Plain = fun(M) -> {M, io_lib:format("-module(~s). -export([v/0]).~nv() -> ~s.~n", [M, Vsn])} end,
    Children = lists:join($,, [io_lib:format("#{id => ~s, start => {~s,start_link,[]}}", [M, M]) || M <- ?SERVERS ++ [w_l]]),
    [Server(M) || M <- ?SERVERS] ++ [Plain(w_f), Plain(w_new),
     {w_l, io_lib:format(
        "-module(w_l). -export([start_link/0,init/1,v/0]).~n"
        "v() -> ~s.~n"
        "start_link() -> proc_lib:start_link(w_l, init, [self()]).~n"
        "init(P) -> proc_lib:init_ack(P, {ok, self()}), loop().~n"
        "loop() -> receive _ -> loop() end.~n", [Vsn])},
     {w_sup, io_lib:format(
        "-module(w_sup). -behaviour(supervisor). -export([start_link/0,init/1]).~n"
        "start_link() -> supervisor:start_link({local,w_sup}, w_sup, []).~n"
        "init(_) -> {ok, {#{intensity => 1000}, [~s]}}.~n", [Children])},
     {w_app, "-module(w_app). -behaviour(application). -export([start/2,stop/1]).\nstart(_, _) -> w_sup:start_link().\nstop(_) -> ok.\n"}].
