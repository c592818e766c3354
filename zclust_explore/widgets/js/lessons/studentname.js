// The name of whoever sits here: typed once, known in all lessons that this browser shows.

const KEY = "zclust student";

/** The name that was typed last, or "". */
export function rememberedName() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch { // a browser may forbid storage to pages from a stick
    return "";
  }
}

export function rememberName(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // it has to be typed again, then
  }
}
