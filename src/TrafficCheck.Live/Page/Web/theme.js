// Before anything is drawn, so that no other theme flashes up.
"use strict";
try {
  const theme = sessionStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* Storage may be switched off: then the system's theme holds. */ }
