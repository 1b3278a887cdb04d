/** A request that can't be answered: why, what to do, and where the fault is. */
export class Refusal extends Error {
  /**
   * @param {number} status as a server would say it
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
