import { SlackApiError } from './api-error.ts';
import { messages } from './arguments.ts';

/** Source: https://docs.slack.dev/reference/block-kit/blocks/markdown-block */
const MAX_MARKDOWN = 12_000;

type Node = Record<string, unknown>;

const BLOCK_TYPES = new Set(
  (
    'actions alert card carousel container context context_actions data_table divider file header image input ' +
    'markdown plan rich_text section table task_card video'
  ).split(' '),
);

/**
 * Holds blocks to the limits that Slack publishes for each kind.
 * Source: https://docs.slack.dev/reference/block-kit/blocks
 * @param max how many blocks are allowed: 50 in a message, 100 in a view
 * @throws SlackApiError `invalid_blocks`, or `msg_blocks_too_long` for too much markdown
 */
export function checkBlocks(blocks: unknown[], max: number): void {
  if (blocks.length > max) refuse(`no more than ${max} items allowed`, '/blocks');
  const seen = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const at = `/blocks/${index}`;
    if (typeof block !== 'object' || block === null) refuse('must be an object', at);
    checkBlock(block as Node, at);
    const { block_id: id } = block as Node;
    if (typeof id === 'string' && seen.has(id)) refuse(`block_id "${id}" already exists`, at);
    if (typeof id === 'string') seen.add(id);
  }
  const markdown = (blocks as Node[]).filter((block) => block.type === 'markdown');
  const length = markdown.reduce((sum, block) => sum + String(block.text ?? '').length, 0);
  if (length > MAX_MARKDOWN) throw new SlackApiError('msg_blocks_too_long');
}

function checkBlock(block: Node, at: string): void {
  if (!BLOCK_TYPES.has(String(block.type))) refuse(`unsupported type: ${String(block.type)}`, at);
  length(block.block_id, 255, `${at}/block_id`);
  if (block.type === 'section') checkSection(block, at);
  if (block.type === 'header') textLength(block.text, 150, `${at}/text`, 1);
  if (block.type === 'markdown') length(block.text, Number.POSITIVE_INFINITY, `${at}/text`, 1);
  if (block.type === 'context') list(block.elements, 10, `${at}/elements`, 1);
  if (block.type === 'actions') {
    for (const [index, element] of list(block.elements, 25, `${at}/elements`, 1).entries()) {
      checkElement(element as Node, `${at}/elements/${index}`);
    }
  }
  if (block.type === 'input') {
    textLength(block.label, 2000, `${at}/label`, 1);
    checkElement((block.element ?? {}) as Node, `${at}/element`);
  }
}

function checkSection(block: Node, at: string): void {
  if (block.text === undefined && block.fields === undefined) refuse('text or fields is required', at);
  if (block.text !== undefined) textLength(block.text, 3000, `${at}/text`, 1);
  if (block.fields !== undefined) {
    for (const [index, field] of list(block.fields, 10, `${at}/fields`, 1).entries()) {
      textLength(field, 2000, `${at}/fields/${index}`, 1);
    }
  }
  if (block.accessory !== undefined) checkElement(block.accessory as Node, `${at}/accessory`);
}

function checkElement(element: Node, at: string): void {
  if (typeof element.type !== 'string') refuse('type is required', at);
  length(element.action_id, 255, `${at}/action_id`);
  if (element.type === 'plain_text_input') checkTextInput(element, at);
  if (element.type !== 'button') return;
  textLength(element.text, 75, `${at}/text`, 1);
  length(element.value, 2000, `${at}/value`);
  length(element.url, 3000, `${at}/url`);
  const style = element.style;
  if (style !== undefined && style !== 'primary' && style !== 'danger')
    refuse('must be primary or danger', `${at}/style`);
}

/** Source: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
function checkTextInput(input: Node, at: string): void {
  if (input.placeholder !== undefined) textLength(input.placeholder, 150, `${at}/placeholder`, 1);
  for (const [name, least] of [
    ['min_length', 0],
    ['max_length', 1],
  ] as const) {
    const value = input[name];
    const fits = value === undefined || (typeof value === 'number' && value >= least && value <= 3000);
    if (!fits) refuse(`must be ${least} to 3000`, `${at}/${name}`);
  }
}

function textLength(node: unknown, max: number, at: string, min = 0): void {
  if (typeof node !== 'object' || node === null) refuse('must be a text object', at);
  length((node as Node).text, max, `${at}/text`, min);
}

function length(value: unknown, max: number, at: string, min = 0): void {
  if (value === undefined && min === 0) return;
  if (typeof value !== 'string') refuse('must be a string', at);
  const size = (value as string).length;
  if (size > max) refuse(`must be less than ${max + 1} characters`, at);
  if (size < min) refuse(`must be more than ${min - 1} characters`, at);
}

function list(value: unknown, max: number, at: string, min = 0): unknown[] {
  if (!Array.isArray(value)) refuse('must be a list', at);
  const items = value as unknown[];
  if (items.length > max) refuse(`no more than ${max} items allowed`, at);
  if (items.length < min) refuse(`no fewer than ${min} items required`, at);
  return items;
}

function refuse(problem: string, at: string): never {
  throw new SlackApiError('invalid_blocks', messages(`${problem} [json-pointer:${at}]`));
}
