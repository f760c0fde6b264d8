import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

const scheduleCheck = RequestQueue.prototype.scheduleCheckPendingRequests;

/*
 * kafkajs 2.2.4 keeps a 1 ms timer running on every idle connection (tulios/kafkajs#1751). It costs CPU time and makes
 * Node 24 print a TimeoutNegativeWarning. kafkajs needs the timer only while requests wait. Importing this module is
 * enough: a kafkajs client does not show its connections, so the change is to all of them.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function checkIfPending() {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheck.call(this);
};
