%% What a parcel costs. 1.0.0: by weight.
-module(depot_rates).
-export([price/1]).

price(Grams) ->
    100 + Grams div 10.
