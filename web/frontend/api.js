// The document of the JSON interface, to read and to try with an access token.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

const place = document.getElementById("api");
SwaggerUI({ url: place.dataset.source, domNode: place, deepLinking: true, validatorUrl: null });
