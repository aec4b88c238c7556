// The one door to what is known of the meeting and to what can be asked. Holds nothing itself.
export { lang } from "../words";
export * from "./ask";
export * from "./lines";
export * from "./memory";
export * from "./receive";
export { dismiss, toast, toasts, type Toast } from "./toast";
