export { default } from "../dropserver_app@builtin/support.js";
