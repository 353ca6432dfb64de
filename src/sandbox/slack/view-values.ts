import type { ViewOutput } from '@slack/bolt';
import type { AnyBlock } from '@slack/types';

type Values = ViewOutput['state']['values'];

/**
 * What was filled in, with nothing where nothing was, as Slack sends it.
 * Source: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
 * @throws Error where Slack would not let the person submit: a text that is required, too short or too long
 */
export function filledIn(blocks: readonly AnyBlock[], values: Values): Values {
  const filled: Values = {};
  for (const block of blocks) {
    if (block.type !== 'input' || !('element' in block) || block.element.type !== 'plain_text_input') continue;
    const { action_id: action = '', min_length: least = 0, max_length: most = 3_000 } = block.element;
    const id = block.block_id ?? '';
    const value = values[id]?.[action]?.value ?? '';
    if (value === '' && block.optional !== true) throw new Error(`expected a text for ${id}, got none`);
    if (value !== '' && (value.length < least || value.length > most)) {
      throw new Error(`expected ${least} to ${most} characters for ${id}, got ${value.length}`);
    }
    filled[id] = { [action]: { type: 'plain_text_input', value: value === '' ? null : value } };
  }
  return { ...values, ...filled };
}
