%% Random applications in two versions, and what a node must look like that runs one of them.
%%
%% Beside the release: `live_random:generate/3' writes sources and compiles them. On the node: `start/0' goes up, checks, goes
%% down, checks, goes up again. Writes one line for each step to the file named by `-live'.
-module(live_random).
-export([generate/3, start/0, wrong/3]).

%% ---- the applications ----

%% Writes COUNT random applications in versions 1.0.0 and 2.0.0 below ROOT, and both releases.
generate(Root, Seed, Count) ->
    _ = rand:seed(exsss, {Seed, Seed, Seed}),
    Names = [list_to_atom("r" ++ integer_to_list(N)) || N <- lists:seq(1, Count)],
    [application(Root, Name) || Name <- Names],
    [release(Root, Vsn, Names) || Vsn <- ["1.0.0", "2.0.0"]].

release(Root, Vsn, Names) ->
    Own = [{App, own_vsn(App)} || App <- [kernel, stdlib, sasl]],
    Folder = filename:join([Root, "releases", Vsn]),
    Rel = {release, {"depot", Vsn}, {erts, erlang:system_info(version)}, Own ++ [{Name, Vsn} || Name <- Names]},
    live_tools:write(filename:join(Folder, "depot.rel"), Rel),
    live_tools:write(filename:join(Folder, "sys.config"), [{kernel, [{logger_level, error}]}]).

own_vsn(App) ->
    _ = application:load(App),
    {ok, Vsn} = application:get_key(App, vsn),
    Vsn.

%% Each module is in both versions, alike or not, or in one of them. Libraries call functions of libraries that come before them, of
%% the same version.
application(Root, Name) ->
    Servers = [{module(Name, "s", N), kind(), {fields(), fields()}, {args(), args()}} || N <- lists:seq(1, rand:uniform(4))],
    Libs = [{module(Name, "l", N), kind(), {functions(), functions()}, {rand:uniform(9), rand:uniform(9)}} || N <- lists:seq(1, rand:uniform(4))],
    Orders = {shuffled(Servers), shuffled(Servers)},
    [version(Root, Name, Side, Servers, Libs, element(Side, Orders)) || Side <- [1, 2]].

module(Name, Kind, N) ->
    list_to_atom(atom_to_list(Name) ++ "_" ++ Kind ++ integer_to_list(N)).

kind() ->
    lists:nth(rand:uniform(6), [same, changed, changed, changed, added, removed]).

fields() -> rand:uniform(3).
args() -> lists:nth(rand:uniform(3), [1, 1, 2]).
functions() -> [F || F <- [f1, f2, f3], rand:uniform(3) > 1].
shuffled(List) -> [X || {_, X} <- lists:sort([{rand:uniform(), X} || X <- List])].

%% The version of a module that a side has; none where it is not there.
is_there(added, 1) -> false;
is_there(removed, 2) -> false;
is_there(_, _) -> true.

of_side(same, _, {First, _}) -> First;
of_side(_, Side, Both) -> element(Side, Both).

version(Root, Name, Side, Servers, Libs, Order) ->
    Vsn = vsn(Side),
    Ebin = filename:join([Root, "lib", atom_to_list(Name) ++ "-" ++ Vsn, "ebin"]),
    Here = [Lib || {_, Kind, _, _} = Lib <- Libs, is_there(Kind, Side)],
    Known = [{Module, of_side(Kind, Side, Functions)} || {Module, Kind, Functions, _} <- Here],
    Children = [{Module, of_side(Kind, Side, Args)} || {Module, Kind, _, Args} <- Order, is_there(Kind, Side)],
    Sources =
        [{module_of(Name, "app"), app(Name)}, {module_of(Name, "sup"), sup(Name, Children)}] ++
        [{Module, server(Module, of_side(Kind, Side, Fields), Fields, calls(Known))} || {Module, Kind, Fields, _} <- Servers, is_there(Kind, Side)] ++
        [{Module, lib(Module, of_side(Kind, Side, Functions), of_side(Kind, Side, Number), calls(before(Module, Known)))}
         || {Module, Kind, Functions, Number} <- Here],
    [compile(Ebin, Module, Text) || {Module, Text} <- Sources],
    live_tools:write(filename:join(Ebin, atom_to_list(Name) ++ ".app"),
                     {application, Name, [{description, "random"}, {vsn, Vsn}, {modules, [Module || {Module, _} <- Sources]},
                                          {registered, []}, {applications, [kernel, stdlib]}, {mod, {module_of(Name, "app"), []}}]}).

vsn(1) -> "1.0.0";
vsn(2) -> "2.0.0".

module_of(Name, What) -> list_to_atom(atom_to_list(Name) ++ "_" ++ What).

before(Module, Known) -> lists:takewhile(fun({Other, _}) -> Other =/= Module end, Known).

%% Calls of every function that there is.
calls(Known) ->
    ["[" ++ lists:join(", ", [io_lib:format("~w:~w()", [Module, Function]) || {Module, Functions} <- Known, Function <- Functions]) ++ "]"].

compile(Ebin, Module, Text) ->
    Source = filename:join(filename:dirname(Ebin), atom_to_list(Module) ++ ".erl"),
    ok = filelib:ensure_dir(filename:join(Ebin, "x")),
    ok = file:write_file(Source, Text),
    {ok, Module} = compile:file(Source, [debug_info, deterministic, report, {outdir, Ebin}]).

app(Name) ->
    io_lib:format("-module(~w_app).\n-behaviour(application).\n-export([start/2, stop/1]).\n"
                  "start(_, _) -> ~w_sup:start_link().\nstop(_) -> ok.\n", [Name, Name]).

sup(Name, Children) ->
    Specs = [io_lib:format("#{id => ~w, start => {~w, start_link, [~w]}}", [Module, Module, Arg]) || {Module, Arg} <- Children],
    io_lib:format("-module(~w_sup).\n-behaviour(supervisor).\n-export([start_link/0, init/1]).\n"
                  "start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).\n"
                  "init([]) -> {ok, {#{strategy => one_for_one}, [~ts]}}.\n", [Name, lists:join(", ", Specs)]).

%% Its state is a record of so many fields after its argument; a conversion gives it those of the other version.
server(Module, Fields, {Old, New}, Calls) ->
    Names = lists:join(", ", ["f" ++ integer_to_list(N) ++ " = 0" || N <- lists:seq(1, Fields)]),
    io_lib:format("-module(~w).\n-behaviour(gen_server).\n-export([start_link/1, init/1, handle_call/3, handle_cast/2, code_change/3]).\n"
                  "-record(state, {arg, ~ts}).\n"
                  "start_link(Arg) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Arg, []).\n"
                  "init(Arg) -> {ok, #state{arg = Arg}}.\n"
                  "handle_call(get, _From, #state{arg = Arg} = S) -> {reply, {Arg, ~ts}, S}.\n"
                  "handle_cast(_, S) -> {noreply, S}.\n"
                  "code_change({down, _}, S, _) -> {ok, sized(S, ~w)};\ncode_change(_, S, _) -> {ok, sized(S, ~w)}.\n"
                  "sized(S, N) -> list_to_tuple(lists:sublist(tuple_to_list(S) ++ [0, 0, 0], N + 2)).\n",
                  [Module, Names, Calls, Old, New]).

lib(Module, Functions, Number, Calls) ->
    Exports = lists:join(", ", [io_lib:format("~w/0", [Function]) || Function <- [all | Functions]]),
    [io_lib:format("-module(~w).\n-export([~ts]).\nall() -> {~w, ~ts}.\n", [Module, Exports, Number, Calls]) |
     [io_lib:format("~w() -> ~w.\n", [Function, Number]) || Function <- Functions]].

%% ---- the node ----

start() ->
    spawn(fun run/0).

run() ->
    {ok, [[Report]]} = init:get_argument(live),
    ok = file:write_file(Report, ""),
    try
        {ok, _} = release_handler:set_unpacked(filename:join([code:root_dir(), "releases", "2.0.0", "depot.rel"]), []),
        Answers = [check(Report, "boot", "1.0.0") | [step(Report, To) || To <- ["2.0.0", "1.0.0", "2.0.0", "1.0.0"]]],
        halt(case lists:usort(Answers) of [ok] -> 0; _ -> 1 end)
    catch
        Class:Reason:Stack ->
            note(Report, "broken ~0tP~n", [{Class, Reason, Stack}, 60]),
            halt(2)
    end.

step(Report, To) ->
    case release_handler:install_release(To) of
        {ok, _, _} ->
            ok = release_handler:make_permanent(To),
            check(Report, "to", To);
        Error ->
            note(Report, "red   to ~ts: ~0tP~n", [To, Error, 40]),
            red
    end.

%% What is wrong of each application after a step.
check(Report, What, Vsn) ->
    {ok, [{release, _, _, Apps}]} = file:consult(filename:join([code:root_dir(), "releases", Vsn, "depot.rel"])),
    Own = [Name || {Name, _} <- Apps, not lists:member(Name, [kernel, stdlib, sasl])],
    Wrong = lists:append([wrong(filename:join(code:root_dir(), "lib"), Name, Vsn) || Name <- Own]),
    [note(Report, "red   ~ts ~ts: ~0tP~n", [What, Vsn, One, 40]) || One <- Wrong],
    [note(Report, "ok    ~ts ~ts: ~w applications~n", [What, Vsn, length(Own)]) || Wrong =:= []],
    case Wrong of [] -> ok; _ -> red end.

%% What is wrong of an application that should be of a version.
wrong(Lib, Name, Vsn) ->
    Ebin = filename:join([Lib, atom_to_list(Name) ++ "-" ++ Vsn, "ebin"]),
    Beams = filelib:wildcard(filename:join(Ebin, "*.beam")),
    Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
    Prefix = atom_to_list(Name) ++ "_",
    Loaded = [Module || {Module, _} <- code:all_loaded(), lists:prefix(Prefix, atom_to_list(Module))],
    Code = [{other_code, Module} || {Module, Beam} <- lists:zip(Modules, Beams), md5_of(Beam) =/= loaded_md5(Module)] ++
           [{still_loaded, Module} || Module <- Loaded -- Modules],
    Supervisor = module_of(Name, "sup"),
    {ok, {_, Specs}} = Supervisor:init([]),
    Running = [{Id, is_pid(Pid)} || {Id, Pid, _, _} <- supervisor:which_children(Supervisor)],
    Wanted = [{Id, true} || #{id := Id} <- Specs],
    Children = [{children, Name, {is, Running}, {should_be, Wanted}} || lists:sort(Running) =/= lists:sort(Wanted)],
    Code ++ Children ++ [Wrong || {Id, true} <- Running, #{id := Own, start := {_, _, [Arg]}} <- Specs, Own =:= Id, Wrong <- server_wrong(Id, Arg)].

md5_of(Beam) ->
    {ok, Bytes} = file:read_file(Beam),
    code:module_md5(Bytes).

loaded_md5(Module) ->
    try Module:module_info(md5) catch error:undef -> none end.

server_wrong(Server, Arg) ->
    Fresh = element(2, Server:init(Arg)),
    Now = sys:get_state(Server, 2000),
    try gen_server:call(Server, get, 2000) of
        {Arg, _} when tuple_size(Fresh) =:= tuple_size(Now) -> [];
        {Other, _} -> [{state, Server, Now, {argument, Other, should_be, Arg}}]
    catch
        _:Reason -> [{call, Server, Reason}]
    end.

note(Report, Format, Arguments) ->
    ok = file:write_file(Report, io_lib:format(Format, Arguments), [append]).
