// What the pages ask the browser.
window.ridebookingConsole = {
  theme: () => localStorage.getItem("ridebooking-console-theme"),
  keepTheme: (theme) => localStorage.setItem("ridebooking-console-theme", theme),
  isNarrow: () => window.matchMedia("(max-width: 959px)").matches,
};
