"use strict";
// The document of the API, from this host alone: no validator, no other fonts.
window.SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#document",
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  presets: [window.SwaggerUIBundle.presets.apis],
});
