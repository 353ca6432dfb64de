/** The largest body that any route reads; beyond it the answer is 413. */
export const BODY_LIMIT = '1mb';
