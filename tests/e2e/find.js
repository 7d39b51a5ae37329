// Things that are shown and can be used, by role and accessible name.
const roles = {
  A: 'link', ARTICLE: 'article', ASIDE: 'complementary', BUTTON: 'button', DIALOG: 'dialog', FORM: 'form',
  H1: 'heading', H2: 'heading', H3: 'heading', HEADER: 'banner', LI: 'listitem', MAIN: 'main', NAV: 'navigation',
  OL: 'list', OPTION: 'option', SELECT: 'combobox', SUMMARY: 'button', TEXTAREA: 'textbox', UL: 'list',
};
const inputs = { checkbox: 'checkbox', radio: 'radio', search: 'searchbox', number: 'spinbutton', range: 'slider' };
const clean = text => (text ?? '').replace(/\s+/g, ' ').trim();

function role(element) {
  if (element.hasAttribute('role')) return element.getAttribute('role');
  if (element.tagName === 'INPUT') return inputs[element.type] ?? 'textbox';
  return roles[element.tagName];
}

function name(element) {
  const by = element.getAttribute('aria-labelledby');
  if (by) return clean(by.split(/\s+/).map(id => document.getElementById(id)?.textContent).join(' '));
  if (element.hasAttribute('aria-label')) return clean(element.getAttribute('aria-label'));
  if (element.labels?.length) return clean([...element.labels].map(label => label.textContent).join(' '));
  return clean(element.textContent) || clean(element.getAttribute('placeholder') ?? element.title);
}

function usable(element) {
  return element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert], [aria-hidden=true]');
}

const joined = (left, right) => /^\p{L}{2}$/u.test((left ?? '') + (right ?? ''));

// Whole words only: "Lock" is not in "Locked".
function holds(name, words) {
  for (let at = name.indexOf(words); at >= 0; at = name.indexOf(words, at + 1)) {
    if (!joined(name[at - 1], words[0]) && !joined(words.at(-1), name[at + words.length])) return true;
  }
  return false;
}

function find(wanted, called) {
  const all = [...document.querySelectorAll('*')].filter(element => role(element) === wanted && usable(element));
  const exact = all.filter(element => name(element) === called);
  return exact.length ? exact : all.filter(element => holds(name(element), called));
}
