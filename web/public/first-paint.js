// Runs before the first paint, so that a chosen theme, font or text size never flashes.
(function () {
  try {
    var look = JSON.parse(localStorage.getItem('trb.look') || '{}');
    var root = document.documentElement;
    if (look.theme === 'light' || look.theme === 'dark') root.dataset.theme = look.theme;
    if (look.density) root.dataset.density = look.density;
    if (look.font) root.dataset.font = look.font;
    if (look.text_size) root.style.setProperty('--text-scale', String(look.text_size));
  } catch {
    /* storage may be closed to us; the defaults are fine */
  }
})();
