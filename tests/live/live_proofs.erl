%% What `relupc verify' claims of scripts, right ones and broken ones, against what the release handler's own evaluator does with them.
%%
%% Each application that `live_random' has made is upgraded and downgraded alone, by the script that relupc compiles and by copies of it
%% with one change: an instruction removed, doubled, swapped with its neighbour, or altered. What is refuted must go wrong on the
%% node, what is proved must not, and a property that is proved must hold.
-module(live_proofs).
-export([main/0]).

%% For how long a script may run, and a process may take to answer, in milliseconds.
-define(RUN, 4000).
-define(ANSWER, 1000).

%% What a case ended as.
-record(ended, {right = 0, refuted = 0, open = 0, wrong = []}).

main() ->
    [Root, Relupc, Seed, Count, Changes] = init:get_plain_arguments(),
    ok = logger:set_primary_config(level, none),
    _ = rand:seed(exsss, {list_to_integer(Seed), 7, 7}),
    Names = [list_to_atom("r" ++ integer_to_list(N)) || N <- lists:seq(1, list_to_integer(Count))],
    Ended = lists:foldl(fun(Name, Ended) -> application(Root, Relupc, Name, list_to_integer(Changes), Ended) end, #ended{}, Names),
    [io:format("FAIL  seed ~ts: ~0tp~n", [Seed, One]) || One <- lists:reverse(Ended#ended.wrong)],
    io:format("seed ~ts: ~w not refuted and right, ~w refuted and wrong, ~w not refuted, wrong where the files do not show it~n",
              [Seed, Ended#ended.right, Ended#ended.refuted, Ended#ended.open]),
    halt(case Ended#ended.wrong of [] -> 0; _ -> 1 end).

%% ---- the claims ----

application(Root, Relupc, Name, Changes, Ended) ->
    Releases = [release(Root, Name, Vsn) || Vsn <- ["1.0.0", "2.0.0"]],
    [Base, Target] = Releases,
    File = filename:join(filename:dirname(Target), "relup"),
    Made = os:cmd(lists:join($ , [Relupc, "make", Target, "--from", Base, "-o", File, "2>&1"])),
    case file:consult(File) of
        {ok, [{_, [{_, _, Up}], [{_, _, Down}]}]} ->
            Scripts = [{[], Up, Down} | [changed(Up, Down) || _ <- lists:seq(1, Changes)]],
            lists:foldl(fun(Script, Sum) -> script(Root, Relupc, Name, Releases, File, Script, Sum) end, Ended, Scripts);
        _ ->
            Ended#ended{wrong = [{Name, no_relup, Made} | Ended#ended.wrong]}
    end.

release(Root, Name, Vsn) ->
    Own = [begin {ok, V} = application:get_key(App, vsn), {App, V} end || App <- [kernel, stdlib, sasl]],
    File = filename:join([Root, "releases", atom_to_list(Name) ++ "-" ++ Vsn, "depot.rel"]),
    ok = filelib:ensure_dir(File),
    ok = live_tools:write(File, {release, {"depot", Vsn}, {erts, erlang:system_info(version)}, Own ++ [{Name, Vsn}]}),
    File.

script(Root, Relupc, Name, [Base, Target], File, {What, Up, Down}, Ended) ->
    ok = live_tools:write(File, {"2.0.0", [{"1.0.0", [], Up}], [{"1.0.0", [], Down}]}),
    Text = os:cmd(lists:join($ , [Relupc, "verify", File, Target, "--from", Base, "2>&1"])),
    lists:foldl(
        fun({Word, From, To, Script}, Sum) ->
            Claim = claim(Word, Text),
            Seen = on_node(Root, Name, From, To, Script),
            judge({Name, Word, What, Script}, Claim, Seen, Sum)
        end, Ended, [{"upgrade", "1.0.0", "2.0.0", Up}, {"downgrade", "2.0.0", "1.0.0", Down}]).

%% The word for a path, and the properties that are proved and refuted, by the first word that only their claims have.
claim(Word, Text) ->
    [_, After] = string:split("\n" ++ Text, "\n" ++ Word ++ " "),
    [Head | Lines] = string:split(After, "\n", all),
    Own = lists:takewhile(fun([$\s | _]) -> true; (_) -> false end, Lines),
    Of = fun(Outcome) ->
             [Property || Line <- Own, lists:prefix("  " ++ Outcome, Line), {Property, Claim} <- properties(), string:find(Line, Claim) =/= nomatch]
         end,
    {lists:last(string:split(Head, ": ")), Of("proved "), Of("refuted ")}.

properties() ->
    [{steps, "every step runs"}, {code, "exactly the code"}, {processes, "is found"}, {state, "the state of"}, {leftovers, "nothing stays"},
     {deaths, "no process dies"}, {configuration, "the configuration"}].

judge(Case, {Word, Proved, Refuted}, Harm, Ended) ->
    %% What goes wrong first takes more with it: a property is claimed of a path that is not refuted in another.
    Broken = [Property || {Property, _} <- Harm, lists:member(Property, Proved)],
    case {Word, Harm} of
        {"refuted", []} -> Ended#ended{wrong = [{refuted_and_right, Refuted, Case} | Ended#ended.wrong]};
        {"not refuted", _} when Broken =/= [] -> Ended#ended{wrong = [{proved_and_wrong, Broken, Harm, Case} | Ended#ended.wrong]};
        {"refuted", _} -> Ended#ended{refuted = Ended#ended.refuted + 1};
        {_, []} -> Ended#ended{right = Ended#ended.right + 1};
        {"proved", _} -> Ended#ended{wrong = [{proved_and_wrong, all, Harm, Case} | Ended#ended.wrong]};
        {_, _} -> Ended#ended{open = Ended#ended.open + 1}
    end.

%% ---- broken scripts ----

changed(Up, Down) ->
    {What, NewUp} = change(Up),
    {Other, NewDown} = change(Down),
    {[What, Other], NewUp, NewDown}.

change(Script) ->
    At = rand:uniform(length(Script)),
    {Before, [Step | After]} = lists:split(At - 1, Script),
    case {rand:uniform(4), After} of
        {1, _} -> {{removed, Step}, Before ++ After};
        {2, _} -> {{doubled, Step}, Before ++ [Step, Step | After]};
        {3, [Next | Rest]} -> {{swapped, Step, Next}, Before ++ [Next, Step | Rest]};
        {_, _} ->
            Altered = altered(Step, Script),
            {{altered, Step, Altered}, Before ++ [Altered | After]}
    end.

%% The same instruction about another module, or with one fewer.
altered({load, {Module, Pre, Post}}, Script) -> {load, {other(Module, Script), Pre, Post}};
altered({remove, {Module, Pre, Post}}, Script) -> {remove, {other(Module, Script), Pre, Post}};
altered({load_object_code, {Name, Vsn, [_ | Modules]}}, _) -> {load_object_code, {Name, Vsn, Modules}};
altered({Name, [_ | Modules]}, _) when Name =:= suspend; Name =:= resume; Name =:= stop; Name =:= start; Name =:= purge -> {Name, Modules};
altered({code_change, Direction, [_ | Modules]}, _) -> {code_change, Direction, Modules};
altered({apply, {supervisor, Function, [Supervisor, Id | Rest]}}, _) when is_atom(Id) -> {apply, {supervisor, Function, [Supervisor, nobody_s | Rest]}};
altered(Step, _) -> Step.

other(Module, Script) ->
    All = lists:append([Modules || {load_object_code, {_, _, Modules}} <- Script]) -- [Module],
    case All of [] -> Module; _ -> lists:nth(rand:uniform(length(All)), All) end.

%% ---- the node ----

%% What is wrong after a script, each with the property that it belongs to.
on_node(Root, Name, From, To, Script) ->
    Lib = filename:join(Root, "lib"),
    Dir = fun(Vsn) -> filename:join(Lib, atom_to_list(Name) ++ "-" ++ Vsn) end,
    running(Name, filename:join(Dir(From), "ebin")),
    Before = processes_of(Name),
    New = [{Name, To, Dir(To)}],
    Result = within(?RUN, fun() ->
        case release_handler_1:check_script(Script, New) of
            {ok, _} -> release_handler_1:eval_script(Script, [], New, New, []);
            Refused -> {refused, Refused}
        end
    end),
    Harm = case Result of
               {ok, Unpurged} ->
                   [code:purge(Module) || Module <- Unpurged],
                   looked_at(Lib, Name, To, Before, Script);
               Failed -> [{steps, Failed}]
           end,
    gone(Name),
    Harm.

looked_at(Lib, Name, To, Before, Script) ->
    Modules = [Module || {Module, _} <- code:all_loaded(), is_own(Name, Module)],
    Old = [{leftovers, {old_code, Module}} || Module <- Modules, erlang:check_old_code(Module)],
    After = processes_of(Name),
    Suspended = [{leftovers, {suspended, Id}} || {Id, Pid} <- After, is_suspended(Pid)],
    Stopped = lists:append([Ms || {stop, Ms} <- Script]) ++ [Id || {apply, {supervisor, terminate_child, [_, Id]}} <- Script],
    Dead = [{deaths, {died, Id}} || {Id, Pid} <- Before, not is_process_alive(Pid), not lists:member(Id, Stopped)],
    %% Who is suspended answers nothing.
    Wrong = case Suspended of
                [] ->
                    case within(2 * ?RUN, fun() -> wrong(Lib, Name, To) end) of
                        Found when is_list(Found) -> [{property(One), One} || One <- Found];
                        Silent -> [{state, {silent, Silent}}]
                    end;
                _ -> []
            end,
    Old ++ Suspended ++ Dead ++ Wrong.

%% A process may die of the question.
wrong(Lib, Name, To) ->
    try live_random:wrong(Lib, Name, To) catch _:Reason -> [{call, Name, Reason}] end.

property({other_code, _}) -> code;
property({still_loaded, _}) -> code;
%% The argument is the specification's.
property({state, _, _, {argument, _, _, _}}) -> children;
property({state, _, _, _}) -> state;
property({call, _, _}) -> state;
property(_) -> children.

running(Name, Ebin) ->
    true = code:add_patha(Ebin),
    [{module, _} = code:load_abs(filename:rootname(Beam)) || Beam <- filelib:wildcard(filename:join(Ebin, "*.beam"))],
    ok = application:start(Name).

gone(Name) ->
    %% A tree that is suspended, or that never starts again, ends with its processes.
    [exit(Pid, kill) || {_, Pid} <- processes_of(Name), is_pid(Pid)],
    _ = within(?RUN, fun() -> application:stop(Name) end),
    [begin unregister(Id), exit(Pid, kill) end || Id <- registered(), is_own(Name, Id), Pid <- [whereis(Id)], is_pid(Pid)],
    _ = application:unload(Name),
    [begin code:purge(Module), code:delete(Module), code:purge(Module) end || {Module, _} <- code:all_loaded(), is_own(Name, Module)],
    _ = code:del_path(Name),
    ok.

processes_of(Name) ->
    [{Id, Pid} || Id <- registered(), is_own(Name, Id), Pid <- [whereis(Id)], is_pid(Pid)].

is_own(Name, Module) -> lists:prefix(atom_to_list(Name) ++ "_", atom_to_list(Module)).

is_suspended(Pid) ->
    try sys:get_status(Pid, ?ANSWER) of
        {status, _, _, [_, State | _]} -> State =:= suspended
    catch
        _:_ -> false
    end.

%% What a function gives, or `hangs'.
within(Limit, Run) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({gave, try Run() catch Class:Reason -> {Class, Reason} end}) end),
    receive
        {'DOWN', Ref, process, Pid, {gave, Result}} -> Result;
        {'DOWN', Ref, process, Pid, Reason} -> {died, Reason}
    after Limit ->
        exit(Pid, kill),
        receive {'DOWN', Ref, process, Pid, _} -> hangs end
    end.
