/** A request that can't be answered: why, what to do, and where the error is. */
export class Refusal extends Error {
  /**
   * @param {number} status HTTP status
   * @param {string} cause
   * @param {string} nextStep
   * @param {string | null} [where] `line 3`
   */
  constructor(status, cause, nextStep, where = null) {
    super(cause);
    this.status = status;
    this.nextStep = nextStep;
    this.where = where;
  }
}
