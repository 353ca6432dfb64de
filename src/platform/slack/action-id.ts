const ACTION = 'tallybot:';
const LINK = 'tallybot-link:';

/** The action_ids of our buttons. */
export const ACTION_ID = /^tallybot:/;

/**
 * The action_id of a button that carries an action. Slack hands back `&`, `<` and `>` of a message as entities, so they
 * are written in percent signs.
 */
export function actionIdOf(action: string): string {
  return ACTION + action.replace(/[%&<>]/g, (character) => encodeURIComponent(character));
}

/** The action that a button was made of. */
export function actionOf(actionId: string): string {
  return actionId.slice(ACTION.length).replace(/%(25|26|3C|3E)/g, (encoded) => decodeURIComponent(encoded));
}

/** Slack reports presses of link buttons too; they are acknowledged and mean nothing. */
export function linkIdOf(index: number): string {
  return `${LINK}${index}`;
}
