// Building blocks of the page. The content of alerts is added as text (textContent), never as markup.
export const $ = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') Object.entries(value).forEach(([event, call]) => node.addEventListener(event, call));
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

// replaces control and format characters, which could hide or reorder text
export const plain = (text, maxLength = 600) => {
  const visible = String(text ?? '').replace(/[\p{Cc}\p{Cf}]/gu, (c) => (c === '\n' || c === '\t' ? ' ' : '\uFFFD'));
  return visible.length > maxLength ? visible.slice(0, maxLength) + '…' : visible;
};

export async function request(path, body) {
  const response = await fetch(path, body === undefined ? {} : {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.json()).error ?? `${response.status}`);
  return response;
}

export const load = async (path, body) => (await request(path, body)).json();

// yields the JSON objects of a response that has one per line, each as soon as it arrives
export async function* lines(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + decoder.decode(part.value, { stream: true })).split('\n');
    rest = whole.pop();
    yield* whole.map((line) => JSON.parse(line));
  }
}

// says in an open dialog what a button in it has done
export function say(text) {
  const result = [...document.querySelectorAll('dialog[open] .result')].at(-1);
  if (result) result.textContent = text;
}

export function showError(error) {
  const text = error ? plain(error.message ?? error) : '';
  $('error').textContent = text;
  $('error').hidden = !error;
  // what is behind an open dialog cannot be read
  if (error) say(text);
}

// shows a failure of the call, and lets the button do nothing while it runs; a disabled button would lose the focus
export const handler = (call) => async (event) => {
  event?.preventDefault?.();
  const button = event?.submitter ?? (event?.currentTarget instanceof HTMLButtonElement ? event.currentTarget : undefined);
  if (button?.ariaDisabled === 'true') return;
  if (button) button.ariaDisabled = 'true';
  try {
    showError();
    await call(event);
  } catch (error) {
    showError(error);
  } finally {
    if (button) button.ariaDisabled = null;
  }
};

export const button = (label, click, attributes = {}, ...more) => el('button', { type: 'button', ...attributes, on: { click } }, label, ...more);

// draws anew what has the focus, and gives it back to the element with the same key
export function keepFocus(draw) {
  const key = document.activeElement?.dataset.key;
  draw();
  if (key && document.activeElement === document.body) focusKey(key);
}

export const focusKey = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();

// opens a dialog at its beginning; when it is closed, what opened it has the focus again
export const openDialog = (dialog) => {
  const key = document.activeElement?.dataset.key;
  dialog.showModal();
  dialog.scrollTop = 0;
  dialog.addEventListener('close', () => {
    // where the opener was drawn anew meanwhile, the focus is nowhere, or still on what is closed
    if (key && (document.activeElement === document.body || dialog.contains(document.activeElement))) focusKey(key);
  }, { once: true });
};

// the children of a list, or one that says why there are none
export const fill = (list, items, none) => list.replaceChildren(...(items.length === 0 ? [el('li', { class: 'quiet' }, none)] : items));

// redraws a list only if its values have changed, so that it stays open, and keeps the selected value if it still exists
export function setOptions(select, first, values) {
  if (select.dataset.values === values.join()) return;
  const before = select.value;
  select.dataset.values = values.join();
  select.replaceChildren(el('option', { value: '' }, first), ...values.map((value) => el('option', { value }, plain(value, 300))));
  select.value = values.includes(before) ? before : '';
}

export const badge = (outcome) => el('strong', { class: `outcome ${/^[a-z]+$/.test(outcome) ? outcome : 'none'}` }, plain(outcome || 'no answer', 20));

export const clock = (time, digits = 8) => plain(time).slice(11, 11 + digits);

export function openText(title, text) {
  $('details-title').textContent = title;
  $('details-text').textContent = text;
  openDialog($('details'));
}
