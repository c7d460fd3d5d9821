%% What the test needs an Erlang for before the node runs: boot files, the list of releases, and relups with a fault.
-module(live_tools).
-export([main/0, main/1, patiently/2, write/2]).

main() ->
    main(fun command/2).

%% Carries out the command of the command line. Status 2: it could not be.
main(Carry) ->
    [Command | Arguments] = init:get_plain_arguments(),
    try Carry(Command, Arguments) of
        _ -> halt(0)
    catch
        Class:Reason:Stack ->
            io:format(standard_error, "~ts: ~tp~n", [Command, {Class, Reason, Stack}]),
            halt(2)
    end.

%% Prints the versions that the templates of the releases ask for.
command("versions", []) ->
    Version = fun(App) ->
                  _ = application:load(App),
                  {ok, Vsn} = application:get_key(App, vsn),
                  Vsn
              end,
    io:format("~ts erts ~ts~n", [code:root_dir(), erlang:system_info(version)]),
    [io:format("~ts ~ts ~ts~n", [code:lib_dir(App), App, Version(App)]) || App <- [kernel, stdlib, sasl]];

%% Makes the boot file of each release, and says that the first is the one installed.
command("boot", [Root | [Oldest | _] = Vsns]) ->
    Release = fun(Vsn) -> filename:join([Root, "releases", Vsn, "depot"]) end,
    [begin
         {ok, _, []} = systools:make_script(Release(Vsn), [silent, {path, [filename:join(Root, "lib/*/ebin")]}, {outdir, filename:dirname(Release(Vsn))}]),
         ok = file:rename(Release(Vsn) ++ ".boot", filename:join(filename:dirname(Release(Vsn)), "start.boot"))
     end || Vsn <- Vsns],
    ok = release_handler:create_RELEASES(filename:join(Root, "releases"), Release(Oldest) ++ ".rel", []);

%% Empties the downgrade entries of appups.
command("no-downgrade", Files) ->
    [begin
         {ok, [{Vsn, Ups, [_ | _]}]} = file:consult(File),
         write(File, {Vsn, Ups, []})
     end || File <- Files];

%% Leaves the entries for one version in an appup.
command("neighbours", [File, Version]) ->
    {ok, [{Vsn, Ups, Downs}]} = file:consult(File),
    [_, _] = Ups,
    Own = fun(Entries) -> [Entry || {Of, _} = Entry <- Entries, Of =:= Version] end,
    write(File, {Vsn, Own(Ups), Own(Downs)});

%% Writes relups with a fault each, DIR/N/VSN/relup, and prints a line for each: number, how many steps the walk takes
%% until it must have been seen, and what was done.
command("faults", [Root, Dir, Which]) ->
    Relups = [begin
                  {ok, [Relup]} = file:consult(filename:join([Root, "releases", Vsn, "relup"])),
                  {Vsn, Relup}
              end || Vsn <- ["1.1.0", "1.2.0"]],
    Faults = [Fault || {Vsn, Relup} <- Relups, Fault <- faults(Vsn, Relup), wanted(Which, Fault)],
    [begin
         File = filename:join([Dir, integer_to_list(N), Vsn, "relup"]),
         ok = filelib:ensure_dir(File),
         write(File, Relup),
         io:format("~w ~w ~ts~n", [N, Steps, What])
     end || {N, {Vsn, Steps, What, _, Relup}} <- lists:zip(lists:seq(1, length(Faults)), Faults)].

%% Every relup that lacks one instruction of one path, and every one with two neighbouring loads swapped.
faults(Vsn, {Vsn, Ups, Downs}) ->
    [{Vsn, steps(Base, Vsn), title("without", Gone, Base, Vsn), Gone, {Vsn, Changed, Downs}} || {Base, Gone, Changed} <- damaged(Ups)] ++
    [{Vsn, steps(Vsn, Base), title("without", Gone, Vsn, Base), Gone, {Vsn, Ups, Changed}} || {Base, Gone, Changed} <- damaged(Downs)] ++
    [{Vsn, steps(Base, Vsn), title("too late", Late, Base, Vsn), {late, Late}, {Vsn, Changed, Downs}} || {Base, Late, Changed} <- swapped(Ups)].

title(Fault, Instruction, From, To) ->
    io_lib:format("~ts -> ~ts ~ts ~0tp", [From, To, Fault, Instruction]).

%% At which step of the walk a path is taken.
steps("1.0.0", "1.1.0") -> 1;
steps("1.1.0", "1.2.0") -> 2;
steps("1.2.0", "1.1.0") -> 3;
steps("1.1.0", "1.0.0") -> 4;
steps("1.0.0", "1.2.0") -> 5;
steps("1.2.0", "1.0.0") -> 6.

damaged(Entries) ->
    [{Base, Gone, lists:keyreplace(Base, 1, Entries, {Base, Description, Before ++ After})}
     || {Base, Description, Script} <- Entries, At <- lists:seq(1, length(Script)),
        {Before, [Gone | After]} <- [lists:split(At - 1, Script)], not is_harmless(Gone, Script)].

%% What a node does not miss: code removed while no process runs it needs no purge, and a process that has nothing to convert
%% need not be suspended.
is_harmless({purge, _}, _Script) -> true;
is_harmless({suspend, Modules}, Script) -> not lists:any(fun(Module) -> converts(Module, Script) end, Modules);
is_harmless(_, _Script) -> false.

converts(Module, Script) ->
    lists:any(fun({code_change, _, Changes}) -> lists:keymember(Module, 1, Changes); (_) -> false end, Script).

swapped(Entries) ->
    [{Base, First, lists:keyreplace(Base, 1, Entries, {Base, Description, Before ++ [Second, First | After]})}
     || {Base, Description, Script} <- Entries, At <- lists:seq(1, length(Script) - 1),
        {Before, [{load, {depot_rates, _, _}} = First, {load, {depot_labels, _, _}} = Second | After]} <- [lists:split(At - 1, Script)]].

%% All of them, or one of each kind, spread over the paths.
wanted("every", _) ->
    true;
wanted("some", {_, Steps, _, Gone, _}) ->
    lists:member({Steps, kind(Gone)}, some());
wanted("few", {_, Steps, _, Gone, _}) ->
    lists:member({Steps, kind(Gone)}, few()).

some() ->
    [{1, {load, depot_rates}}, {1, {code_change, depot_server}}, {1, {suspend, depot_gate}}, {1, {resume, depot_log_handler}},
     {1, {remove, depot_paper}}, {1, {apply, restart_child}}, {1, {apply, start}}, {1, point_of_no_return},
     {1, {load_object_code, depot}}, {1, {late, depot_rates}}, {2, {apply, terminate_child}}, {2, {apply, unload}},
     {3, {code_change, depot_server}}, {4, {load, depot_rates}}, {4, {apply, delete_child}}].

%% For the derived downgrades.
few() ->
    [{3, {code_change, depot_server}}, {4, {load, depot_rates}}, {6, {apply, restart_child}}, {6, {load, depot_paper}}].

kind({late, {load, {Module, _, _}}}) -> {late, Module};
kind({Word, {Module, _, _}}) when Word =:= load; Word =:= remove -> {Word, Module};
kind({load_object_code, {App, _, _}}) -> {load_object_code, App};
kind({code_change, _, [{Module, _} | _]}) -> {code_change, Module};
kind({Word, [Module | _]}) when is_atom(Module) -> {Word, Module};
kind({apply, {_, Function, _}}) -> {apply, Function};
kind(Other) -> Other.

%% What a function gives, or why it gave nothing in so many milliseconds: a script may wait for a process that it left
%% suspended.
patiently(Do, Patience) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({answer, Do()}) end),
    receive
        {'DOWN', Ref, process, Pid, {answer, Answer}} -> Answer;
        {'DOWN', Ref, process, Pid, Reason} -> Reason
    after Patience -> does_not_end
    end.

write(File, Term) ->
    ok = file:write_file(File, io_lib:format("%% coding: utf-8~n~tp.~n", [Term])).
