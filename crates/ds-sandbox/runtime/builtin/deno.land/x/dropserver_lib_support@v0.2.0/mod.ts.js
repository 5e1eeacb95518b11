// Types, and the two enumerations that have values.
export { AuthAllow, RouteType } from "../dropserver_app@builtin/routes.js";
