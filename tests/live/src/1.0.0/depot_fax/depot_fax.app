{application, depot_fax,
 [{description, "Orders by fax"},
  {vsn, "0.9.0"},
  {modules, [depot_fax_app, depot_fax_sup, depot_fax_line]},
  {registered, [depot_fax_sup, depot_fax_line]},
  {applications, [kernel, stdlib, depot]},
  {mod, {depot_fax_app, []}}]}.
