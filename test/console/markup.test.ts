import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from '../../src/base/html.ts';
import { checkPage } from './markup.ts';

describe('the check of pages', () => {
  it('lets what our templates write pass', () =>
    assert.deepEqual(
      checkPage(`<!doctype html><html lang="en"><body>${html`<p class="soft">${'<b>'} ${[1, 'two', false, null]}</p>`}</body></html>`),
      [],
    ));
  const bad = [
    '<img src="x">',
    '<p onclick="x">',
    '<script>alert(1)</script>',
    '<script type="module" src="//evil.example/x.js"></script>',
    '<a href="javascript:alert(1)">',
    '<a href="//evil.example">',
    '<p>a < b',
    '<p style="x">',
    '<p>\u202e',
  ];
  for (const page of bad) it(`says no to ${JSON.stringify(page)}`, () => assert.notDeepEqual(checkPage(page), []));
});

describe('a template', () => {
  it('makes text of all that it is given, and shows marks that hide or turn text around', () => {
    assert.equal(html`<p title="${'"\'<>&'}">${'\u202e'}</p>`.markup, '<p title="&quot;&#39;&lt;&gt;&amp;">\\u{202e}</p>');
    assert.equal(html`${html`<b>${'<'}</b>`}${[html`<i></i>`, '&']}${0}${undefined}`.markup, '<b>&lt;</b><i></i>&amp;0');
  });
});
