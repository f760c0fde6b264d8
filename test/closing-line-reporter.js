/** Ends the suite with the one plain line that CI reads: `N passed, N failed`. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = results;
    // A suite that could not even be loaded has failed, although none of its tests ran.
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    // Jest prints its own summary to stderr; stdout keeps this line last there.
    process.stdout.write(`${numPassedTests} passed, ${failed} failed${skipped}\n`);
  }
}
