import { ButtonStyle, ComponentType, MessageFlags, Routes } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { startDiscord } from './world.ts';

const button = (fields: object = {}) => ({
  type: ComponentType.Button,
  style: ButtonStyle.Primary,
  label: 'b',
  ...fields,
});
const row = (...components: object[]) => ({ type: ComponentType.ActionRow, components });
const six = Array.from({ length: 6 }, (_, index) => button({ custom_id: String(index) }));

/** What is refused: a name, a body, and where the fault is reported with which code. */
const REFUSED: readonly [name: string, body: object, path: string, code: string][] = [
  ['content over 2000', { content: 'x'.repeat(2_001) }, 'content', 'BASE_TYPE_MAX_LENGTH'],
  ['a nonce over 25', { content: 'x', nonce: 'n'.repeat(26) }, 'nonce', 'BASE_TYPE_MAX_LENGTH'],
  ['11 embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) }, 'embeds', 'BASE_TYPE_BAD_LENGTH'],
  ['a long embed title', { embeds: [{ title: 'x'.repeat(257) }] }, 'embeds.0.title', 'BASE_TYPE_MAX_LENGTH'],
  ['a field without value', { embeds: [{ fields: [{ name: 'x' }] }] }, 'embeds.0.fields.0.value', 'BASE_TYPE_REQUIRED'],
  [
    'embeds over 6000 together',
    { embeds: [{ description: 'x'.repeat(4_000) }, { description: 'x'.repeat(2_001) }] },
    'embeds',
    'MAX_EMBED_SIZE_EXCEEDED',
  ],
  ['6 buttons in a row', { components: [row(...six)] }, 'components.0.components', 'BASE_TYPE_BAD_LENGTH'],
  ['6 rows', { components: six.map((one) => row(one)) }, 'components', 'BASE_TYPE_BAD_LENGTH'],
  ['a button outside a row', { components: [button({ custom_id: 'a' })] }, 'components.0.type', 'UNION_TYPE_CHOICES'],
  [
    'a label over 80',
    { components: [row(button({ custom_id: 'a', label: 'x'.repeat(81) }))] },
    'components.0.components.0.label',
    'BASE_TYPE_MAX_LENGTH',
  ],
  [
    'a custom_id over 100',
    { components: [row(button({ custom_id: 'x'.repeat(101) }))] },
    'components.0.components.0.custom_id',
    'BASE_TYPE_BAD_LENGTH',
  ],
  [
    'a button without custom_id',
    { components: [row(button())] },
    'components.0.components.0.custom_id',
    'BASE_TYPE_REQUIRED',
  ],
  [
    'the same custom_id twice',
    { components: [row(button({ custom_id: 'a' })), row(button({ custom_id: 'a' }))] },
    'components.1',
    'COMPONENT_CUSTOM_ID_DUPLICATED',
  ],
  [
    'a link without url',
    { components: [row(button({ style: ButtonStyle.Link }))] },
    'components.0.components.0.url',
    'BASE_TYPE_REQUIRED',
  ],
  [
    'a link of another scheme',
    { components: [row(button({ style: ButtonStyle.Link, url: 'javascript:1' }))] },
    'components.0.components.0.url',
    'URL_TYPE_INVALID_SCHEME',
  ],
  [
    '26 options in a menu',
    {
      components: [
        row({
          type: ComponentType.StringSelect,
          custom_id: 'm',
          options: Array.from({ length: 26 }, (_, index) => ({ label: 'x', value: String(index) })),
        }),
      ],
    },
    'components.0.components.0.options',
    'BASE_TYPE_BAD_LENGTH',
  ],
  [
    'content beside Components V2',
    {
      content: 'x',
      flags: MessageFlags.IsComponentsV2,
      components: [{ type: ComponentType.TextDisplay, content: 'x' }],
    },
    'flags',
    'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
  ],
  [
    'Components V2 text over 4000 together',
    {
      flags: MessageFlags.IsComponentsV2,
      components: ['x'.repeat(2_001), 'x'.repeat(2_000)].map((content) => ({
        type: ComponentType.TextDisplay,
        content,
      })),
    },
    'components',
    'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
  ],
];

describe('a message body', () => {
  it.each(REFUSED)('is refused for %s, where the fault is', async (_name, body, path, code) => {
    const { sim, rest } = await startDiscord();
    const refusal: unknown = await rest
      .post(Routes.channelMessages(sim.home.channelId), { body })
      .catch((error) => error);
    expect(refusal).toMatchObject({ code: 50035, status: 400 });
    expect(refusal).toHaveProperty(`rawError.errors.${path}._errors.0.code`, code);
    expect(sim.member().sees(sim.home.channelId)).toEqual([]);
  });

  it('passes at its limits', async () => {
    const { sim, rest } = await startDiscord({ rateLimits: 'off' });
    const send = (body: object) => rest.post(Routes.channelMessages(sim.home.channelId), { body });
    await send({ content: 'x'.repeat(2_000), nonce: 'n'.repeat(25) });
    await send({ content: 'x', components: [row(...six.slice(0, 5))] });
    await send({ content: 'x', components: six.slice(0, 5).map((one) => row(one)) });
    await send({ embeds: [{ description: 'x'.repeat(4_096) }, { description: 'x'.repeat(1_904) }] });
    await send({
      flags: MessageFlags.IsComponentsV2,
      components: [{ type: ComponentType.TextDisplay, content: 'x'.repeat(4_000) }],
    });
    expect(sim.member().sees(sim.home.channelId)).toHaveLength(5);
  });

  it('tells every fault at once', async () => {
    const { sim, rest } = await startDiscord();
    const body = { content: 'x'.repeat(2_001), embeds: [{ title: 'x'.repeat(257) }] };
    const refusal: unknown = await rest
      .post(Routes.channelMessages(sim.home.channelId), { body })
      .catch((error) => error);
    expect(refusal).toMatchObject({ rawError: { errors: { content: {}, embeds: { 0: { title: {} } } } } });
    expect(String(refusal)).toContain('content[BASE_TYPE_MAX_LENGTH]: Must be 2000 or fewer in length.');
  });
});
