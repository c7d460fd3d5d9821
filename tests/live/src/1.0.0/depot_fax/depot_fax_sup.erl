%% Supervises the one worker of the application.
-module(depot_fax_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{}, [#{id => depot_fax_line, start => {depot_fax_line, start_link, []}}]}}.
