%% How far a zone is. Since 1.2.0.
-module(depot_zones).
-export([distance/1]).

distance(Zone) when Zone < 5 -> near;
distance(_Zone) -> far.
