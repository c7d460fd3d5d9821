{application, depot_track,
 [{description, "Where a parcel has been"},
  {vsn, "0.1.0"},
  {modules, [depot_track_app, depot_track_sup, depot_track_store]},
  {registered, [depot_track_sup, depot_track_store]},
  {applications, [kernel, stdlib, depot]},
  {mod, {depot_track_app, []}}]}.
