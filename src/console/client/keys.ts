/** Keys: each follows the link that carries it; `?` shows the list. */

document.addEventListener('keydown', (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof Element && target.closest('input, select, textarea'))) return;
  if (event.key === '?') {
    document.getElementById('keys')?.togglePopover();
    event.preventDefault();
    return;
  }
  const link = [...document.querySelectorAll<HTMLAnchorElement>('a[data-key]')].find(({ dataset }) => dataset.key === event.key);
  link?.click();
});
