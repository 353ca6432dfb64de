/**
 * The workspace that a person's wallet belongs to: their organisation's id, else their team's. Slack does not say which
 * organisation a guest of another one belongs to, unless by an E… in the place of the team; such a guest counts as of the
 * organisation in which they write. Commands, presses and messages all go by this rule, so that one person has one wallet.
 * Source: https://docs.slack.dev/apis/slack-connect
 * @param facts `userTeam`: as Slack names it beside the person; `teamId`, `enterpriseId`: where they write
 */
export function workspaceOf(facts: {
  userTeam: string | null;
  teamId: string | null;
  enterpriseId: string | null;
}): string {
  const { userTeam, teamId, enterpriseId } = facts;
  if (userTeam?.startsWith('E')) return userTeam;
  return enterpriseId || userTeam || teamId || '';
}
