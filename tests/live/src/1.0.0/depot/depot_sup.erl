%% Supervises the depot. 1.0.0: with a clerk.
-module(depot_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Events = #{id => depot_events, start => {gen_event, start_link, [{local, depot_events}]}, modules => dynamic},
    {ok, {#{}, [Events | [worker(Module) || Module <- [depot_server, depot_gate, depot_clerk]]]}}.

worker(Module) ->
    #{id => Module, start => {Module, start_link, []}, shutdown => 1000}.
