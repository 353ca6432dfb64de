/** What the operator must decide or put right at Dodo; the message says how. */
export class SetupProblem extends Error {
  override name = 'SetupProblem';
}
