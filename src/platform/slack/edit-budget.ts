import { type Clock, MINUTE, type Millis } from '../../core/time.ts';

/**
 * chat.update is allowed about 50 times a minute in a workspace; the rest is kept for final edits.
 * Source: https://docs.slack.dev/apis/web-api/rate-limits (tier 3)
 */
const EDITS_PER_MINUTE = 40;

/** Shares the edits of one minute among the answers that stream in one workspace. */
export interface EditBudget {
  /** Whether this minute has an edit left for an answer that still streams. */
  hasRoom(workspace: string): boolean;
  /** Counts an edit that is made. */
  note(workspace: string): void;
}

export function createEditBudget(clock: Clock): EditBudget {
  const made = new Map<string, Millis[]>();

  function recent(workspace: string): Millis[] {
    const since = clock() - MINUTE;
    const edits = (made.get(workspace) ?? []).filter((at) => at > since);
    if (edits.length === 0) made.delete(workspace);
    else made.set(workspace, edits);
    return edits;
  }

  return {
    hasRoom: (workspace) => recent(workspace).length < EDITS_PER_MINUTE,
    note(workspace) {
      made.set(workspace, [...recent(workspace), clock()]);
    },
  };
}
