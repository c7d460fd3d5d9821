%% What a parcel costs. 1.2.0: by weight and distance, or by zone.
-module(depot_rates).
-export([price/1, price/2, due/1]).

price(Grams) ->
    price(Grams, near).

price(Grams, near) -> 110 + Grams div 10;
price(Grams, far) -> 260 + Grams div 5.

due(#{grams := Grams, zone := Zone}) ->
    price(Grams, depot_zones:distance(Zone)).
