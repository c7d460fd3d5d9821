%% Releases with one fault each, and the node that shows what it does: what `relupc lint' calls an error or a warning is one.
%%
%%   build DIR     writes DIR/CASE/{wrong,right}/{base,target} for every case and prints `CASE CODE'
%%   start/0       runs on a node booted from the base: puts the target beside it as unpacking would, installs it, asks,
%%                 and writes `answer ANSWER' to the file named by `-report'
%%   judge CASE WHICH REPORT   compares with what the case says
-module(live_faults).
-export([main/0, start/0]).

%% How long an installation may take.
-define(PATIENCE, 10000).

main() ->
    live_tools:main(fun command/2).

command("build", [Dir]) ->
    [begin
         [lay_out(filename:join([Dir, Name, Which]), maps:merge(defaults(), maps:merge(Case, maps:get(Which, Case)))) || Which <- [wrong, right]],
         io:format("~ts ~ts~n", [Name, maps:get(code, Case)])
     end || {Name, Case} <- cases()];
command("judge", [Name, Which, Report]) ->
    {_, Case} = lists:keyfind(list_to_atom(Name), 1, cases()),
    Expected = maps:get(answer, maps:get(list_to_atom(Which), Case)),
    {ok, Text} = file:read_file(Report),
    Wanted = iolist_to_binary(io_lib:format("answer ~0tp~n", [Expected])),
    case Text of
        Wanted -> io:format("~0tp~n", [Expected]);
        _ -> io:format("~ts, not ~0tp~n", [string:trim(Text), Expected]), halt(1)
    end.

%%% The cases

%% What every shop has, unless a case says otherwise.
defaults() ->
    #{base_vsn => "1.0.0", target_vsn => "2.0.0", listed => [], up => [], version => "1.0.0", ask => {shop_price, price, []},
      base => #{}, target => #{}}.

cases() ->
    Old = #{shop_price => price(1)},
    New = #{shop_price => price(2)},
    Extra = #{shop_extra => module(shop_extra, "go/0", "go() -> here.")},
    User = #{shop_user => module(shop_user, "ask/0", "ask() -> shop_price:price().")},
    [
     {stale, #{code => "RL0521", base => Old, target => New,
               wrong => #{up => [], answer => 1},
               right => #{up => [{load_module, shop_price}], answer => 2}}},
     {catch_all, #{code => "RL0521", base => Old, target => New, version => <<".*">>,
                   wrong => #{up => [], answer => 1},
                   right => #{up => [{load_module, shop_price}], answer => 2}}},
     {unbumped, #{code => "RL0522", base => Old, target => New,
                  wrong => #{target_vsn => "1.0.0", answer => 1},
                  right => #{up => [{load_module, shop_price}], answer => 2}}},
     {deleted, #{code => "RL0525", base => Extra, target => Extra, ask => {shop_extra, go, []},
                 wrong => #{up => [{delete_module, shop_extra}], answer => undef},
                 right => #{up => [], answer => here}}},
     {added, #{code => "RL0521", target => Extra, ask => {shop_extra, go, []},
               wrong => #{up => [], answer => undef},
               right => #{up => [{add_module, shop_extra}], answer => here}}},
     {left, #{code => "RL0521", base => Extra, ask => {shop_extra, go, []},
              wrong => #{up => [], answer => here},
              right => #{up => [{delete_module, shop_extra}], answer => undef}}},
     {beam_missing, #{code => "RL0242", ask => {shop_extra, go, []}, up => [{add_module, shop_extra}],
                      wrong => #{listed => [shop_extra], answer => not_installed},
                      right => #{target => Extra, answer => here}}},
     {dead_call, #{code => "RL0524", base => maps:merge(Old, User), ask => {shop_user, ask, []}, up => [{load_module, shop_price}],
                   wrong => #{target => User#{shop_price => module(shop_price, "price/1", "price(N) -> N.")}, answer => undef},
                   right => #{target => User#{shop_price => module(shop_price, "price/0, price/1", "price() -> price(2).\nprice(N) -> N.")}, answer => 2}}},
     {called_early, #{code => "RL0508", base => Old, target => #{shop_price => module(shop_price, "price/0, warm/0", "price() -> 2.\nwarm() -> ok.")},
                      wrong => #{up => [{apply, {shop_price, warm, []}}, {load_module, shop_price}], answer => not_installed},
                      right => #{up => [{load_module, shop_price}, {apply, {shop_price, warm, []}}], answer => 2}}},
     {state, #{code => "RL0601", ask => {gen_server, call, [shop_till, get]},
               base => #{shop_till => till("total = 7", "Total = State#state.total")},
               target => #{shop_till => till("total = 7, currency = chf", "Total = {State#state.total, State#state.currency}")},
               wrong => #{up => [{load_module, shop_till}], answer => failed},
               right => #{up => [{update, shop_till, {advanced, []}}], answer => {7, chf}}}},
     {no_code_change, #{code => "RL0602", ask => {gen_server, call, [shop_till, get]},
                        target => #{shop_till => without_code_change(till("total = 7", "Total = {now, State#state.total}"))},
                        wrong => #{up => [{update, shop_till, {advanced, []}}], answer => not_installed},
                        right => #{up => [{update, shop_till, soft}], answer => {now, 7}}}},
     {kept_call, #{code => "RL0617", ask => {gen_server, call, [shop_till, run]}, up => [{load_module, shop_jobs}],
                   base => kept_call("all/0, sweep/0", "all() -> [{shop_jobs, sweep, []}].\nsweep() -> swept."),
                   wrong => #{target => kept_call("all/0, clean/0", "all() -> [{shop_jobs, clean, []}].\nclean() -> swept."), answer => failed},
                   right => #{target => kept_call("all/0, sweep/0, clean/0", "all() -> [{shop_jobs, sweep, []}].\nsweep() -> clean().\nclean() -> swept."),
                              answer => [swept]}}},
     {setup, #{code => "RL0615", ask => {shop_routes, find, [tax]},
               base => #{shop_till => server(shop_till, "shop_routes:build()", "get, _, S) -> {reply, S, S}", ""), shop_routes => routes("home")},
               target => #{shop_till => server(shop_till, "shop_routes:build()", "get, _, S) -> {reply, now, S}", ""), shop_routes => routes("home, tax")},
               wrong => #{up => [{load_module, shop_routes}, {load_module, shop_till}], answer => false},
               right => #{up => [{load_module, shop_routes}, {load_module, shop_till}, {apply, {shop_routes, build, []}}], answer => true}}},
     {conversion, #{code => "RL0618", ask => {gen_server, call, [shop_till, get]}, up => [{update, shop_till, {advanced, []}}],
                    base => #{shop_till => server(shop_till, "{state, 7}", "get, _, {state, N} = S) -> {reply, N, S}", "")},
                    wrong => #{target => converted("{total, N}"), answer => not_installed},
                    right => #{target => converted("{state, N}"), answer => 7}}},
     {suspended, #{code => "RL0619", ask => {gen_server, call, [shop_till, get]},
                   base => asked("{state, 7}", "{state, N}", ""),
                   target => asked("{state, 7, shop_conf:limit()}", "{state, N, _}", "code_change({down, _}, {state, N, _}, _) -> {ok, {state, N}};\n"
                                   "code_change(_, {state, N}, _) -> {ok, {state, N, shop_conf:limit()}}.\n"),
                   wrong => #{up => [{update, shop_till, {advanced, []}, [shop_conf]}, {update, shop_conf, soft}], answer => not_installed},
                   right => #{up => [{update, shop_conf, soft}, {update, shop_till, {advanced, []}}], answer => {now, 7}}}},
     {table, #{code => "RL0620", ask => {ets, lookup, [shop_table, x]},
               base => table("get, _, S) -> {reply, S, S}"), target => table("get, _, S) -> {reply, {now, S}, S}"),
               wrong => #{up => [{apply, {supervisor, terminate_child, [shop_sup, shop_till]}}, {load_module, shop_till},
                                 {apply, {supervisor, restart_child, [shop_sup, shop_till]}}], answer => []},
               right => #{up => [{load_module, shop_till}], answer => [{x, 1}]}}},
     {refused, #{code => "RL0622", ask => {gen_server, call, [shop_conf, limit]},
                 target => #{shop_conf => conf(), shop_sup => supervisor("shop_till, shop_conf")},
                 wrong => #{up => [{add_module, shop_conf}, {apply, {supervisor, restart_child, [shop_sup, shop_conf]}}, {update, shop_sup, supervisor}],
                            answer => failed},
                 right => #{up => [{add_module, shop_conf}, {update, shop_sup, supervisor}, {apply, {supervisor, restart_child, [shop_sup, shop_conf]}}],
                            answer => 3}}},
     {environment, #{code => "RL0816", ask => {shop_mode, mode, []},
                     base => environment(""), target => environment("\nother() -> mode()."),
                     wrong => #{up => [{load_module, shop_mode}], answer => normal},
                     right => #{up => [{load_module, shop_mode}, {apply, {shop_mode, set, [busy]}}], answer => busy}}}
    ].

kept_call(Exports, Text) ->
    #{shop_till => server(shop_till, "shop_jobs:all()", "run, _, Jobs) -> {reply, [apply(M, F, A) || {M, F, A} <- Jobs], Jobs}", ""),
      shop_jobs => module(shop_jobs, Exports, Text)}.

routes(Names) ->
    module(shop_routes, "build/0, find/1", ["build() -> persistent_term:put(shop_routes, [", Names, "]).\n"
                                            "find(Name) -> lists:member(Name, persistent_term:get(shop_routes))."]).

converted(Pattern) ->
    #{shop_till => server(shop_till, "{state, 7, []}", "get, _, {state, N, _} = S) -> {reply, N, S}",
                          ["code_change({down, _}, {state, N, _}, _) -> {ok, {state, N}};\ncode_change(_, ", Pattern, ", _) -> {ok, {state, N, []}}.\n"])}.

asked(State, Pattern, CodeChange) ->
    Reply = case CodeChange of "" -> "N"; _ -> "{now, N}" end,
    Limit = case CodeChange of "" -> "N"; _ -> "0 + N" end,
    #{shop_conf => conf(Limit), shop_sup => supervisor("shop_conf, shop_till"),
      shop_till => server(shop_till, State, ["get, _, ", Pattern, " = S) -> {reply, ", Reply, ", S}"], CodeChange)}.

conf() ->
    conf("N").

conf(Limit) ->
    server(shop_conf, "3", ["limit, _, N) -> {reply, ", Limit, ", N}"], "-export([limit/0]).\nlimit() -> gen_server:call(?MODULE, limit).\n").

table(Call) ->
    #{shop_app => "-module(shop_app).\n-behaviour(application).\n-export([start/2, stop/1]).\n"
                  "start(_, _) -> Started = shop_sup:start_link(), true = shop_till:put(x, 1), Started.\nstop(_) -> ok.\n",
      shop_till => server(shop_till, "ets:new(shop_table, [named_table, public])", Call,
                          "-export([put/2]).\nput(Key, Value) -> ets:insert(shop_table, {Key, Value}).\n")}.

environment(More) ->
    Exports = case More of "" -> "set/1, mode/0"; _ -> "set/1, mode/0, other/0" end,
    #{shop_till => server(shop_till, "shop_mode:set(busy)", "get, _, S) -> {reply, S, S}", ""),
      shop_mode => module(shop_mode, Exports, ["set(Mode) -> application:set_env(shop, mode, Mode).\nmode() -> application:get_env(shop, mode, normal).", More])}.

supervisor(Children) ->
    ["-module(shop_sup).\n-behaviour(supervisor).\n-export([start_link/0, init/1]).\n"
     "start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).\n"
     "init([]) -> {ok, {#{intensity => 0}, [child(Name) || Name <- [", Children, "]]}}.\n"
     "child(Name) -> #{id => Name, start => {Name, start_link, []}}.\n"].

server(Name, State, Call, More) ->
    CodeChange = case string:find(More, "code_change(") of nomatch -> ""; _ -> ", code_change/3" end,
    ["-module(", atom_to_list(Name), ").\n-behaviour(gen_server).\n-export([start_link/0, init/1, handle_call/3, handle_cast/2", CodeChange, "]).\n",
     More,
     "start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).\n"
     "init([]) -> {ok, ", State, "}.\n"
     "handle_call(", Call, ".\nhandle_cast(_, S) -> {noreply, S}.\n"].

price(N) ->
    module(shop_price, "price/0", io_lib:format("price() -> ~w.", [N])).

module(Name, Exports, Text) ->
    io_lib:format("-module(~w).~n-export([~ts]).~n~ts~n", [Name, Exports, Text]).

till(Fields, Get) ->
    ["-module(shop_till).\n-behaviour(gen_server).\n"
     "-export([start_link/0, init/1, handle_call/3, handle_cast/2, code_change/3]).\n"
     "-record(state, {", Fields, "}).\n"
     "start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).\n"
     "init([]) -> {ok, #state{}}.\n"
     "handle_call(get, _From, State) -> ", Get, ", {reply, Total, State}.\n"
     "handle_cast(_, State) -> {noreply, State}.\n"
     "code_change(_Vsn, {state, Total}, _Extra) -> {ok, erlang:append_element({state, Total}, chf)};\n"
     "code_change(_Vsn, State, _Extra) -> {ok, State}.\n"].

without_code_change(Text) ->
    [Head | _] = string:split(string:replace(Text, ", code_change/3", ""), "code_change(_Vsn, {state"),
    Head.

frame() ->
    #{shop_app => "-module(shop_app).\n-behaviour(application).\n-export([start/2, stop/1]).\n"
                  "start(_, _) -> shop_sup:start_link().\nstop(_) -> ok.\n",
      shop_sup => "-module(shop_sup).\n-behaviour(supervisor).\n-export([start_link/0, init/1]).\n"
                  "start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).\n"
                  "init([]) -> {ok, {#{intensity => 0}, [#{id => shop_till, start => {shop_till, start_link, []}}]}}.\n",
      shop_till => till("total = 7", "Total = State#state.total")}.

%%% Building

lay_out(Dir, #{base_vsn := BaseVsn, target_vsn := TargetVsn, base := Base, target := Target, listed := Listed, up := Up, version := Version}) ->
    release(filename:join(Dir, "base"), "1.0.0", BaseVsn, maps:merge(frame(), Base), []),
    Ebin = release(filename:join(Dir, "target"), "2.0.0", TargetVsn, maps:merge(frame(), Target), Listed),
    %% Only the upgrade is installed.
    Down = [{restart_application, shop}],
    case TargetVsn of
        BaseVsn -> ok;
        _ -> live_tools:write(filename:join(Ebin, "shop.appup"), {TargetVsn, [{Version, Up}], [{Version, Down}]})
    end.

release(Root, Vsn, ShopVsn, Modules, Listed) ->
    Ebin = filename:join([Root, "lib", "shop-" ++ ShopVsn, "ebin"]),
    ok = filelib:ensure_path(Ebin),
    [begin
         Source = filename:join(Root, atom_to_list(Name) ++ ".erl"),
         ok = file:write_file(Source, Text),
         {ok, Name} = compile:file(Source, [debug_info, deterministic, return_errors, {outdir, Ebin}]),
         ok = file:delete(Source)
     end || {Name, Text} <- maps:to_list(Modules)],
    live_tools:write(filename:join(Ebin, "shop.app"),
          {application, shop, [{description, "shop"}, {vsn, ShopVsn}, {modules, maps:keys(Modules) ++ Listed}, {registered, []},
                               {applications, [kernel, stdlib]}, {mod, {shop_app, []}}]}),
    Version = fun(App) ->
                  _ = application:load(App),
                  {ok, Known} = application:get_key(App, vsn),
                  ok = file:make_symlink(code:lib_dir(App), filename:join([Root, "lib", lists:concat([App, "-", Known])])),
                  {App, Known}
              end,
    Libs = [Version(App) || App <- [kernel, stdlib, sasl]],
    Rel = filename:join([Root, "releases", Vsn, "shop.rel"]),
    ok = filelib:ensure_dir(Rel),
    live_tools:write(Rel, {release, {"shop", Vsn}, {erts, erlang:system_info(version)}, Libs ++ [{shop, ShopVsn}]}),
    Stem = filename:rootname(Rel),
    {ok, _, _} = systools:make_script(Stem, [silent, {path, [filename:join(Root, "lib/*/ebin")]}, {outdir, filename:dirname(Rel)}, no_module_tests]),
    ok = file:rename(Stem ++ ".boot", filename:join(filename:dirname(Rel), "start.boot")),
    ok = file:write_file(filename:join(filename:dirname(Rel), "sys.config"), "[].\n"),
    ok = release_handler:create_RELEASES(filename:join(Root, "releases"), Rel, []),
    Ebin.

%%% The node

start() ->
    spawn(fun run/0).

run() ->
    {ok, [[Report, Target, Name]]} = init:get_argument(report),
    try take(Report, Target) of
        {ok, "1.0.0", _} ->
            {_, Case} = lists:keyfind(list_to_atom(Name), 1, cases()),
            answer(Report, ask(maps:get(ask, maps:merge(defaults(), Case))));
        _ -> answer(Report, not_installed)
    catch
        Class:Reason -> answer(Report, {broken, Class, Reason})
    end.

take(Report, Target) ->
    case filelib:is_file(Report ++ ".step") of
        %% A script that fails after its point of no return restarts the node, which comes here again.
        true -> restarted;
        false ->
            ok = file:write_file(Report ++ ".step", ""),
            "" = os:cmd("cp -R '" ++ Target ++ "/.' '" ++ code:root_dir() ++ "'"),
            Rel = filename:join([code:root_dir(), "releases", "2.0.0", "shop.rel"]),
            {ok, "2.0.0"} = release_handler:set_unpacked(Rel, []),
            live_tools:patiently(fun() -> release_handler:install_release("2.0.0") end, ?PATIENCE)
    end.

ask({Module, Function, Arguments}) ->
    try apply(Module, Function, Arguments)
    catch
        error:undef -> undef;
        _:_ -> failed
    end.

answer(Report, Answer) ->
    ok = file:write_file(Report, io_lib:format("answer ~0tp~n", [Answer])),
    halt(0).
