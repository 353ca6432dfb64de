import { describe, expect, it } from 'vitest';
import { withVariables } from '../../../src/cli/provision/env-text.ts';

describe('the text of a .env file', () => {
  it('gets values in their places, and keeps comments, order and everything else', () => {
    const text = [
      '# the bot',
      'A=1',
      'export B=old # why',
      '',
      "NAME='two words'",
      '#C=a comment, no variable',
      'C=',
      'CC=other',
      '',
    ].join('\n');
    expect(withVariables(text, { B: 'whsec_a+/=', C: 'pdt_1', D: 'new' })).toBe(
      [
        '# the bot',
        'A=1',
        'export B=whsec_a+/= # why',
        '',
        "NAME='two words'",
        '#C=a comment, no variable',
        'C=pdt_1',
        'CC=other',
        'D=new',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['quotes around it', 'A="old value"\n', 'A=new\n'],
    ['a line that does not end', 'A=old', 'A=new\n'],
    ['space around it', '  A = old\n', '  A =new\n'],
    ['a second line of the same name', 'A=old\nA=older\n', 'A=new\nA=new\n'],
    ['lines as on Windows', 'A=old\r\nB=1\r\n', 'A=new\r\nB=1\r\n'],
    ['a hash in quotes', 'A="old # value"\n', 'A=new\n'],
  ])('replaces a value with %s', (_what, text, expected) => {
    expect(withVariables(text, { A: 'new' })).toBe(expected);
  });

  it('begins a file that is not there yet', () => {
    expect(withVariables('', { A: '1', B: '2' })).toBe('A=1\nB=2\n');
  });

  it.each(['two words', 'a"b', 'a#b', 'a\nB=2', '$A'])('takes no value that would be read differently: %j', (value) => {
    expect(() => withVariables('', { A: value })).toThrow(/^A: expected a value/);
  });

  it('gives up where Node would not read the value back, and shows none', () => {
    const swallowed = 'KEY="begins\nA=secret\nends"\n';
    expect(() => withVariables(swallowed, { A: 'new' })).toThrow(/set A by hand \(KEY, A would be read wrongly\)/);
    expect(() => withVariables(swallowed, { A: 'new' })).not.toThrow(/secret/);
  });
});
