%% Supervises the one worker of the application.
-module(depot_track_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{}, [#{id => depot_track_store, start => {depot_track_store, start_link, []}}]}}.
