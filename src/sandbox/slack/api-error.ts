/** A refusal in Slack's own shape: `{ok: false, error}` with status 200, and further fields beside it. */
export class SlackApiError extends Error {
  override name = 'SlackApiError';
  readonly code: string;
  readonly extra: Record<string, unknown>;

  constructor(code: string, extra: Record<string, unknown> = {}) {
    super(`Slack refuses with ${code}`);
    this.code = code;
    this.extra = extra;
  }
}
