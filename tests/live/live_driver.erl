%% Runs on the node under test, beside the release: takes it through a walk of upgrades and downgrades, and after every
%% step compares the node with what the release just installed must look like. Stops at the first step that went wrong.
%% Writes one line for each step to the file named by `-live', and the findings of a step that went wrong.
-module(live_driver).
-export([start/0]).

%% The walk: the oldest release at boot, one step at a time up and down, then both versions at once.
-define(WALK, ["1.1.0", "1.2.0", "1.1.0", "1.0.0", "1.2.0", "1.0.0"]).

%% How long an installation may take.
-define(PATIENCE, 10000).

start() ->
    spawn(fun run/0).

run() ->
    {ok, [[Report, Steps]]} = init:get_argument(live),
    %% A script that fails after its point of no return restarts the node, which comes here again.
    case file:read_file(under_way(Report)) of
        {ok, Title} -> red(Report, Title, [{install, restarted_the_node}]);
        {error, enoent} -> ok = file:write_file(Report, "")
    end,
    [{ok, _} = release_handler:set_unpacked(release_file(Vsn), []) || Vsn <- ["1.1.0", "1.2.0"]],
    try
        Pids = arrive(Report, "boot 1.0.0", 0, "1.0.0", #{}, []),
        walk(Report, "1.0.0", lists:sublist(?WALK, list_to_integer(Steps)), 1, Pids)
    of
        ok -> finish(Report, "done", 0)
    catch
        Class:Reason:Stack -> finish(Report, io_lib:format("broken ~0tp", [{Class, Reason, Stack}]), 2)
    end.

walk(_Report, _From, [], _At, _Pids) ->
    ok;
walk(Report, From, [To | Rest], At, Pids) ->
    Title = From ++ " -> " ++ To,
    ok = file:write_file(under_way(Report), Title),
    Before = files(From),
    {Answer, Loads} = install(To),
    %% The answer names the version of the relup's entry: the base, in both directions.
    case Answer of
        {ok, Base, _Description} when Base =:= From, From < To; Base =:= To, To < From ->
            ok = release_handler:make_permanent(To);
        _ ->
            red(Report, Title, [{install, Answer}])
    end,
    Now = arrive(Report, Title, At, To, Pids, missing(Loads, Before, files(To))),
    walk(Report, To, Rest, At + 1, Now).

%% Checks what the node looks like now, then has the depot work, so that the next step finds other states.
arrive(Report, Title, At, Vsn, Before, Calls) ->
    Now = pids(Vsn),
    %% First whether the processes run: a suspended one would not answer the rest.
    First = [{processes, fun() -> processes(Before, Now) end}],
    Then = [{release, fun() -> release(Vsn) end},
            {applications, fun() -> applications(Vsn) end},
            {environment, fun() -> environment(Vsn) end},
            {children, fun() -> children(Vsn) end},
            {states, fun() -> states(At) end},
            {code, fun() -> code(Vsn) end},
            {answers, fun() -> answers(Vsn) end},
            {calls, fun() -> Calls end}],
    [red(Report, Title, lists:flatmap(fun check/1, Groups)) || Groups <- [First, Then]],
    Names = [atom_to_list(Group) || {Group, _} <- First ++ Then],
    write(Report, ["ok    ", Title, ": ", lists:join(", ", Names)]),
    work(At),
    Now.

%% A check that cannot be made is as bad as one that finds something.
check({Group, Check}) ->
    try [{Group, Finding} || Finding <- Check()]
    catch Class:Reason -> [{Group, {Class, Reason}}]
    end.

%%% Installing

%% Installs a release. Answers with what was loaded and removed, in order, too.
install(Vsn) ->
    Self = self(),
    Tracer = spawn_link(fun() -> collect(Self, []) end),
    Handler = whereis(release_handler),
    1 = erlang:trace(Handler, true, [call, {tracer, Tracer}]),
    1 = erlang:trace_pattern({code, load_binary, 3}, true, [global]),
    1 = erlang:trace_pattern({code, delete, 1}, true, [global]),
    case live_tools:patiently(fun() -> check_and_install(Vsn) end, ?PATIENCE) of
        {ok, _, _} = Answer ->
            Delivered = erlang:trace_delivered(Handler),
            receive {trace_delivered, Handler, Delivered} -> ok end,
            1 = erlang:trace(Handler, false, [call]),
            Tracer ! stop,
            receive {loads, Loads} -> {Answer, Loads} end;
        Answer ->
            {Answer, []}
    end.

check_and_install(Vsn) ->
    case release_handler:check_install_release(Vsn) of
        {ok, _, _} -> release_handler:install_release(Vsn);
        Other -> {not_installable, Other}
    end.

collect(To, Seen) ->
    receive
        {trace, _, call, {code, load_binary, [Module, _File, Beam]}} -> collect(To, [{load, Module, Beam} | Seen]);
        {trace, _, call, {code, delete, [Module]}} -> collect(To, [{delete, Module} | Seen]);
        stop -> To ! {loads, lists:reverse(Seen)}
    end.

%% The calls between modules of ours that had nowhere to go at some moment of the upgrade. Only what calls before and
%% after counts: no process is in a module that was just added, nor in one that is about to be removed.
missing(Loads, Before, Goal) ->
    Start = maps:map(fun(_Module, File) -> interface(File) end, Before),
    {Missing, _} = lists:foldl(
        fun(Event, {Found, Known}) ->
            After = case Event of
                        {load, Module, Beam} -> Known#{Module => interface(Beam)};
                        {delete, Module} -> maps:remove(Module, Known)
                    end,
            {Found ++ [{'after', element(1, Event), element(2, Event), Call} || {Caller, _} = Call <- unresolved(After),
                                                                                 is_map_key(Caller, Before), is_map_key(Caller, Goal)],
             After}
        end, {[], Start}, Loads),
    Missing.

interface(Beam) ->
    {ok, {_, [{imports, Imports}, {exports, Exports}]}} = beam_lib:chunks(Beam, [imports, exports]),
    {[Call || {Module, _, _} = Call <- Imports, is_ours(Module)], Exports}.

unresolved(Known) ->
    [{Caller, Call} || {Caller, {Imports, _}} <- maps:to_list(Known), {Module, Function, Arity} = Call <- Imports,
                       not lists:member({Function, Arity}, exports(Module, Known))].

exports(Module, Known) ->
    {_, Exports} = maps:get(Module, Known, {[], []}),
    Exports.

%%% What is checked

release(Vsn) ->
    [{status, Found} || Found <- [[V || {_, V, _, permanent} <- release_handler:which_releases()]], Found =/= [Vsn]].

%% Exactly the applications of the release run, and none other is loaded.
applications(Vsn) ->
    Wanted = lists:sort(libs(Vsn)),
    Lists = [{running, application:which_applications()}, {loaded, application:loaded_applications()}],
    [{What, {missing, Wanted -- Apps}, {left, Apps -- Wanted}}
     || {What, List} <- Lists, Apps <- [lists:sort([{App, V} || {App, _, V} <- List])], Apps =/= Wanted].

environment(Vsn) ->
    [{bays, Found} || Found <- [application:get_env(depot, bays)], Found =/= {ok, bays(Vsn)}].

bays("1.0.0") -> 2;
bays("1.1.0") -> 3;
bays("1.2.0") -> 4.

%% Exactly the children of the release run under each supervisor, by the specifications of the release, and no supervisor
%% is there for nothing.
children(Vsn) ->
    Wanted = supervisors(Vsn),
    Others = [depot_sup, depot_fax_sup, depot_track_sup] -- [Sup || {Sup, _} <- Wanted],
    [{left, Sup} || Sup <- Others, whereis(Sup) =/= undefined] ++
    [{Sup, Found} || {Sup, Ids} <- Wanted, Found <- [children_of(Sup)], Found =/= lists:sort([{Id, whereis(Id)} || Id <- Ids])] ++
    [{Id, shutdown, Found} || {depot_sup, Ids} <- Wanted, Id <- Ids, Id =/= depot_events,
                              {ok, #{shutdown := Found}} <- [supervisor:get_childspec(depot_sup, Id)], Found =/= shutdown(Vsn)].

children_of(Sup) ->
    lists:sort([{Id, Pid} || {Id, Pid, _, _} <- supervisor:which_children(Sup)]).

shutdown("1.0.0") -> 1000;
shutdown("1.1.0") -> 2000;
shutdown("1.2.0") -> 3000.

supervisors("1.0.0") -> [{depot_sup, [depot_events, depot_server, depot_gate, depot_clerk]}, {depot_fax_sup, [depot_fax_line]}];
supervisors("1.1.0") -> [{depot_sup, [depot_events, depot_server, depot_gate, depot_clerk, depot_scale]},
                         {depot_fax_sup, [depot_fax_line]}, {depot_track_sup, [depot_track_store]}];
supervisors("1.2.0") -> [{depot_sup, [depot_events, depot_server, depot_gate, depot_scale]}, {depot_track_sup, [depot_track_store]}].

pids(Vsn) ->
    maps:from_list([{Name, whereis(Name)} || {Sup, Ids} <- supervisors(Vsn), Name <- [Sup | Ids]]).

%% Processes of both releases survived the step; all of the release are there; none is suspended.
processes(Before, Now) ->
    [{another_pid, Name} || {Name, Pid} <- maps:to_list(Before), maps:is_key(Name, Now), map_get(Name, Now) =/= Pid] ++
    [{not_there, Name} || {Name, undefined} <- maps:to_list(Now)] ++
    [{suspended, Name} || {Name, Pid} <- maps:to_list(Now), is_pid(Pid), not runs(Pid)].

runs(Pid) ->
    {status, Pid, _, [_Dictionary, Status | _]} = sys:get_status(Pid),
    Status =:= running.

%% Every module loaded from the release, OTP's included, has the MD5 of its file in the release; of our modules exactly
%% those of the release are loaded; none has old code.
code(Vsn) ->
    Files = files(Vsn),
    Loaded = [Module || {Module, _} <- code:all_loaded()],
    Ours = [Module || Module <- Loaded, is_ours(Module)],
    [{not_loaded, Module} || Module <- maps:keys(Files) -- Loaded] ++
    [{still_loaded, Module} || Module <- Ours -- maps:keys(Files)] ++
    [{other_code, Module} || Module <- Loaded, {ok, File} <- [maps:find(Module, Files)], md5(File) =/= Module:module_info(md5)] ++
    [{old_code, Module} || Module <- maps:keys(Files) ++ every_module(), erlang:check_old_code(Module)] ++
    [{path, App} || {App, V} <- libs(Vsn), code:lib_dir(App) =/= lib(App, V)].

md5(File) ->
    {ok, {_, Md5}} = beam_lib:md5(File),
    Md5.

is_ours(Module) ->
    lists:prefix("depot_", atom_to_list(Module)).

every_module() ->
    lists:usort([Module || Vsn <- ["1.0.0", "1.1.0", "1.2.0"], Module <- maps:keys(files(Vsn)), is_ours(Module)]).

%%% What the depot does, and what is to come of it

%% The work done after each step.
work(0) ->
    ok = depot_server:store(vase, 500),
    ok = depot_server:store(book, 1200),
    ok = depot_gate:open(),
    ok = depot_gate:pass(),
    ok = gen_event:sync_notify(depot_events, arrived),
    1 = depot_clerk:note(ann),
    1 = depot_fax_line:order(paper);
work(1) ->
    ok = depot_server:hand_out(vase),
    ok = depot_gate:pass(),
    ok = gen_event:sync_notify(depot_events, left),
    2 = depot_clerk:note(bob),
    1 = depot_scale:weigh(1200),
    1 = depot_track_store:seen(book);
work(2) ->
    ok = depot_server:store(lamp, 80, 7),
    276 = depot_server:due(lamp),
    2 = depot_scale:weigh(80),
    true = depot_gate:is_open(),
    2 = depot_track_store:seen(lamp);
work(3) ->
    ok = depot_server:hand_out(book),
    ok = depot_server:store(clock, 900),
    1 = depot_clerk:note(cid);
work(4) ->
    ok = depot_gate:pass(),
    2 = depot_clerk:note(dee);
work(5) ->
    ok = depot_server:hand_out(lamp),
    %% What it costs depends on the zone.
    true = lists:member(depot_server:due(clock), case zone() of 5 -> [440]; 3 -> [200] end),
    ok = gen_event:sync_notify(depot_events, closed),
    1 = depot_scale:weigh(900);
work(6) ->
    ok = depot_server:store(harp, 9000),
    ok = depot_gate:pass().

%% The states right after each step of the walk, all written out.
state(0) ->
    [{depot_server, {state, []}}, {depot_gate, {closed, 0}}, {depot_events, []}, {depot_clerk, []}, {depot_fax_line, []}];
state(1) ->
    [{depot_server, {state, #{vase => 500, book => 1200}, 0}}, {depot_gate, {{open, 1}, #{passed => 1}}},
     {depot_events, {1, [arrived]}}, {depot_clerk, [ann]}, {depot_scale, []}, {depot_track_store, []}, {depot_fax_line, [paper]}];
state(2) ->
    [{depot_server, #{parcels => #{book => #{grams => 1200, zone => 3}}, handed_out => 1}}, {depot_gate, {{open, 1}, #{passed => 2}}},
     {depot_events, {2, [left, arrived]}}, {depot_scale, [1200]}, {depot_track_store, [book]}];
state(3) ->
    [{depot_server, {state, #{book => 1200, lamp => 80}, 1}}, {depot_gate, {{open, 1}, #{passed => 2}}},
     {depot_events, {2, [left, arrived]}}, {depot_clerk, []}, {depot_scale, [80, 1200]}, {depot_track_store, [lamp, book]},
     {depot_fax_line, []}];
state(4) ->
    [{depot_server, {state, [{clock, 900}, {lamp, 80}]}}, {depot_gate, {open, 2}}, {depot_events, [left, arrived]},
     {depot_clerk, [cid]}, {depot_fax_line, []}];
state(5) ->
    Zone = zone(),
    [{depot_server, #{parcels => #{clock => #{grams => 900, zone => Zone}, lamp => #{grams => 80, zone => Zone}}, handed_out => 0}},
     {depot_gate, {{open, 1}, #{passed => 3}}}, {depot_events, {2, [left, arrived]}}, {depot_scale, []}, {depot_track_store, []}];
state(6) ->
    [{depot_server, {state, [{clock, 900}]}}, {depot_gate, {open, 3}}, {depot_events, [closed, left, arrived]},
     {depot_clerk, []}, {depot_fax_line, []}].

%% The zone that the entry gives the conversion: a composed one gives what its parts give.
zone() ->
    list_to_integer(os:getenv("DEPOT_ZONE", "5")).

states(At) ->
    [{Name, Found} || {Name, Wanted} <- state(At), Found <- [read_state(Name)], Found =/= Wanted].

read_state(depot_events) ->
    [{depot_log_handler, false, State}] = sys:get_state(depot_events),
    State;
read_state(Name) ->
    sys:get_state(Name).

%% What the plain modules of the release answer.
answers(Vsn) ->
    [{labels, Found} || Found <- [catch depot_labels:label(vase, 500)], Found =/= label(Vsn)].

label("1.0.0") -> {vase, 150, a6};
label("1.1.0") -> {vase, [{near, 150}, {far, 350}]};
label("1.2.0") -> {vase, [{near, 160}, {far, 360}]}.

%%% The releases on disk

release_file(Vsn) ->
    filename:join([code:root_dir(), "releases", Vsn, "depot.rel"]).

libs(Vsn) ->
    {ok, [{release, _, _, Libs}]} = file:consult(release_file(Vsn)),
    Libs.

lib(App, Vsn) ->
    filename:join([code:root_dir(), "lib", atom_to_list(App) ++ "-" ++ Vsn]).

%% The object file of each module of a release.
files(Vsn) ->
    maps:from_list([{Module, File} || {App, V} <- libs(Vsn), Ebin <- [filename:join(lib(App, V), "ebin")],
                                      Module <- modules(Ebin, App),
                                      File <- [filename:join(Ebin, atom_to_list(Module) ++ ".beam")]]).

modules(Ebin, App) ->
    {ok, [{application, App, Keys}]} = file:consult(filename:join(Ebin, atom_to_list(App) ++ ".app")),
    proplists:get_value(modules, Keys).

%%% The report

red(_Report, _Title, []) ->
    ok;
red(Report, Title, Findings) ->
    Lines = [["red   ", Title, io_lib:format(": ~tw ~0tp", [Group, Finding])] || {Group, Finding} <- Findings],
    finish(Report, lists:join($\n, Lines), 1).

finish(Report, Line, Status) ->
    write(Report, Line),
    halt(Status).

write(Report, Line) ->
    ok = file:write_file(Report, [Line, $\n], [append]).

%% The file that says which step is being taken.
under_way(Report) ->
    Report ++ ".step".
