%% Asks the real OTP. One VM answers for a whole batch: `make_relup' for every case of a manifest, or the printed form of
%% terms. Cases run with an empty code path, so that nothing of the host leaks into them.
-module(driver).
-export([main/0]).

%% Long enough for any case, short enough for the endless loop that an inclusion cycle is.
-define(PATIENCE, 3000).

main() ->
    [Mode, In, Out] = init:get_plain_arguments(),
    case Mode of
        "relup" -> relups(In, Out);
        "terms" -> terms(In, Out);
        "beams" -> beams(In, Out);
        "matches" -> matches(In, Out)
    end,
    halt(0).

terms(In, Out) ->
    {ok, Terms} = file:consult(In),
    {ok, To} = file:open(Out, [write, {encoding, utf8}]),
    [io:format(To, "~tp.~n", [Term]) || Term <- Terms],
    ok = file:close(To).

%% Which clause takes the value of each case: modules that make values and take them, some parts from a module of its own.
matches(Counts, Out) ->
    [Modules, Cases] = [list_to_integer(Count) || Count <- string:lexemes(Counts, ".")],
    {ok, hidden, Hidden} = compile:forms([erl_parse_form(Text) || Text <- hidden()]),
    {module, hidden} = code:load_binary(hidden, "hidden", Hidden),
    {ok, To} = file:open(Out, [write]),
    [begin
         Name = list_to_atom("m" ++ integer_to_list(At)),
         {ok, Name} = compile:file(atom_to_list(Name), [debug_info, report_errors]),
         {module, Name} = code:load_file(Name),
         [io:format(To, "~p~n", [clause_of(Name, Case)]) || Case <- lists:seq(0, Cases - 1)]
     end || At <- lists:seq(0, Modules - 1)],
    ok = file:close(To).

clause_of(Module, Case) ->
    try Module:(list_to_atom("case_" ++ integer_to_list(Case)))()
    catch error:_ -> fails
    end.

hidden() ->
    ["-module(hidden).",
     "-export([value/1, binary/1]).",
     "value(At) -> element(At, {a, 1, \"ab\", <<\"ab\">>, {a, 1}, [], [1, a], #{a => 1}, #{}, 1.0, {r, a, 1}, <<1:4>>}).",
     "binary(At) -> element(At, {<<>>, <<\"ab\">>, <<1, 2>>, <<97, 0, 255>>})."].

erl_parse_form(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.

%% What `beam_lib' and `code' return for each file of a list: a term a line, or an atom for a file that is not a module.
beams(In, Out) ->
    {ok, Files} = file:consult(In),
    {ok, To} = file:open(Out, [write, {encoding, utf8}]),
    [io:format(To, "~0tp.~n", [beam(File)]) || File <- Files],
    ok = file:close(To).

beam(File) ->
    {ok, Bytes} = file:read_file(File),
    case beam_lib:chunks(Bytes, [exports, imports, attributes, compile_info]) of
        {ok, {Module, [{exports, Exports}, {imports, Imports}, {attributes, Attributes}, {compile_info, Info}]}} ->
            {ok, {Module, Digest}} = beam_lib:md5(Bytes),
            Digest = code:module_md5(Bytes),
            Forms = case catch beam_lib:chunks(Bytes, [debug_info]) of
                        {ok, {_, [{debug_info, {debug_info_v1, erl_abstract_code, {Fs, _}}}]}} when is_list(Fs) -> Fs;
                        _ -> none
                    end,
            {Module, binary_to_list(Digest), lists:sort(Exports), lists:sort(Imports), [A || A <- Attributes, printable(A)],
             proplists:get_value(version, Info), records(Forms), on_load(Forms)};
        {error, _, _} ->
            refused
    end.

printable(Attribute) ->
    case catch erl_parse:abstract(Attribute) of
        {'EXIT', _} -> false;
        _ -> true
    end.

records(none) -> none;
records(Forms) -> [{Name, [field(F) || F <- Fields]} || {attribute, _, record, {Name, Fields}} <- Forms].

field({typed_record_field, Field, _}) -> field(Field);
field(Field) -> element(3, element(3, Field)).

on_load(none) -> none;
on_load(Forms) -> [] =/= [x || {attribute, _, on_load, _} <- Forms].

relups(In, Out) ->
    {ok, Cases} = file:consult(In),
    %% Everything that making a relup may call must be there before the code path is emptied.
    [code:ensure_loaded(M) || App <- [kernel, stdlib, sasl], ok =:= loaded(application:load(App)),
                              {ok, Ms} <- [application:get_key(App, modules)], M <- Ms],
    {ok, To} = file:open(Out, [write, {encoding, utf8}]),
    Before = code:get_path(),
    code:set_path([filename:dirname(code:which(?MODULE))]),
    [answer(To, Case) || Case <- Cases],
    code:set_path(Before),
    ok = file:close(To).

loaded(ok) -> ok;
loaded({error, {already_loaded, _}}) -> ok.

answer(To, {Id, Dir, Target, Ups, Downs, Options}) ->
    ok = file:set_cwd(Dir),
    {Pid, Ref} = spawn_monitor(fun() -> exit({answer, ask(Target, Ups, Downs, Options)}) end),
    Answer = receive
                 {'DOWN', Ref, process, Pid, {answer, A}} -> A;
                 {'DOWN', Ref, process, Pid, Reason} -> {error, [crash(Reason)]}
             after ?PATIENCE ->
                 exit(Pid, kill),
                 receive {'DOWN', Ref, process, Pid, _} -> ok end,
                 {error, ["hang"]}
             end,
    case Answer of
        {ok, Text, Warnings} ->
            io:format(To, "~w ok ~s ~s~n", [Id, hex(Text), lists:join(",", Warnings)]);
        {error, Tags} ->
            io:format(To, "~w error - ~s~n", [Id, lists:join(",", Tags)])
    end.

hex(Text) ->
    [io_lib:format("~2.16.0b", [B]) || <<B>> <= unicode:characters_to_binary(Text)].

ask(Target, Ups, Downs, Options) ->
    try systools:make_relup(Target, Ups, Downs, [silent, noexec | Options]) of
        {ok, Relup, _, Warnings} ->
            {ok, io_lib:format("%% ~ts~n~tp.~n", [epp:encoding_to_string(utf8), Relup]), [word(tag(W)) || W <- Warnings]};
        {error, _Module, Error} ->
            {error, [word(T) || T <- lists:usort(tags(Error))]}
    catch
        _:Reason -> {error, [crash(Reason)]}
    end.

crash(Reason) when is_tuple(Reason), is_atom(element(1, Reason)) -> "crash/" ++ word(element(1, Reason));
crash(Reason) when is_atom(Reason) -> "crash/" ++ word(Reason);
crash(_) -> "crash".

word(T) when is_atom(T) -> atom_to_list(T);
word(T) -> T.

tags({apps, Problems}) -> ["apps/" ++ T || P <- Problems, T <- tags(P)];
tags(Problems) when is_list(Problems) -> lists:append([tags(P) || P <- Problems]);
tags({error_reading, {_App, What}}) -> ["error_reading/" ++ word(what(What))];
tags({file_problem, {_File, {error, Why}}}) -> ["file_problem/" ++ word(tag(Why))];
tags({file_problem, {_File, {ok, _}}}) -> ["file_problem/ok"];
tags(Error) -> [word(tag(Error))].

what({{Kind, _}, _}) when is_atom(Kind) -> Kind;
what({{Kind, _, _}, _}) when is_atom(Kind) -> Kind;
what(What) -> tag(What).

tag(Error) when is_tuple(Error), is_atom(element(1, Error)) -> element(1, Error);
tag(Error) when is_atom(Error) -> Error;
tag(_) -> unknown.
