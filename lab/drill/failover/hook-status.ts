/** How the drill's process answers a hook, as HTTP status; anything else means that it failed. */
export const DONE = 200;
/** Of a check: what it asks for is not in effect. */
export const NOT_IN_EFFECT = 409;
