import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseYaml } from '../../src/app/yaml.ts';

describe('YAML', () => {
  it('becomes plain values', () => {
    const parsed = parseYaml('a: [1, "x", true, null]\nb: { c: 30d }\n');
    assert.deepEqual(parsed, { value: { a: [1, 'x', true, null], b: { c: '30d' } } });
  });
  it('follows YAML 1.2, where no and 0777 are what they look like', () => {
    assert.deepEqual(parseYaml('a: no\nb: 0777\nc: 12:30\n'), { value: { a: 'no', b: 777, c: '12:30' } });
  });
  it('may use a few aliases', () => assert.deepEqual(parseYaml('a: &x [1]\nb: *x\n'), { value: { a: [1], b: [1] } }));
  it('may nest as deep as people do', () => {
    assert.deepEqual(parseYaml('- - - { a: [[[[1]]]] }\n'), { value: [[[{ a: [[[[1]]]] }]]] });
    assert.ok('value' in parseYaml(Array.from({ length: 100 }, (_, i) => `${'  '.repeat(i)}a:`).join('\n')));
    assert.ok('value' in parseYaml(`${'['.repeat(64)}${']'.repeat(64)}`));
  });
  it('of nothing is null', () => assert.deepEqual(parseYaml('# nothing\n'), { value: null }));
  it('keeps __proto__ as a key of its own, for the schema to refuse', () => {
    const parsed = parseYaml('__proto__: { sensor: x }\n');
    assert.ok('value' in parsed);
    assert.deepEqual(Object.keys(parsed.value as object), ['__proto__']);
    assert.equal(Object.getPrototypeOf(parsed.value), Object.prototype);
  });

  const laughs = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    laughs.push(
      `${String.fromCharCode(97 + i)}: &${String.fromCharCode(97 + i)} [${Array(9)
        .fill(`*${String.fromCharCode(96 + i)}`)
        .join(', ')}]`,
    );

  const rows: [sentence: string, text: string, fault: RegExp][] = [
    ['refuses a key that is written twice', 'a: 1\nb: 2\na: 3\n', /^line 3: the same key is written twice, remove one of them$/],
    ['refuses a second document', 'a: 1\n---\nb: 1\n', /^line \d: a second document starts/],
    ['refuses a tag that it does not know', 'a: !!js/function "x"\n', /^line 1: a tag \(!…\) is not known/],
    ['refuses a tab as indent', 'a:\n\tb: 1\n', /^line 2: a tab is used to indent, use blanks$/],
    ['refuses an open bracket', 'a: [1, 2\n', /^line \d: .*, mend the YAML there$/],
    ['refuses an alias to nowhere', 'a: *nobody\n', /^line 1: /],
    ['refuses aliases that unfold a billion times', laughs.join('\n'), /^line 1: its aliases unfold into too much/],
    ['refuses a list as a key', '? [a, b]\n: 1\n', /^line 1: a key is not a text/],
    ['refuses brackets nested without end', '['.repeat(20_000), /^line 1: more than 64 brackets are open, nest less$/],
    [
      'refuses blocks nested without end',
      Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /^line 202: it is indented/,
    ],
    ['refuses lists nested without end on one line', `${'- '.repeat(20_000)}x`, /^line 1: it is indented by more than 200 columns/],
    ['refuses explicit keys nested without end', `${'? '.repeat(20_000)}x`, /^line 1: it is indented/],
    [
      'refuses anchors without end',
      Array.from({ length: 9000 }, (_, i) => `a${i}: &a${i} 1`).join('\n'),
      /^line 501: there are more than 500/,
    ],
  ];
  for (const [sentence, text, fault] of rows)
    it(sentence, () => {
      const parsed = parseYaml(text);
      assert.ok('faults' in parsed, 'it was accepted');
      assert.match(parsed.faults[0] as string, fault);
      for (const line of parsed.faults) assert.doesNotMatch(line, /[\r\n]/);
    });
});
