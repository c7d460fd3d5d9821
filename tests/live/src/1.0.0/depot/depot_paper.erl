%% The size of the paper that labels are printed on. In 1.0.0 only.
-module(depot_paper).
-export([size/0]).

size() ->
    a6.
