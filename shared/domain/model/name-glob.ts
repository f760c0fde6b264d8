/**
 * Whether a name matches a glob with `*` and `?`. A name that contains a star also matches itself, written out. Step by
 * step, going back to the last star only: a regular expression would try each star with each, and any client that may
 * commit can choose group names of up to 32,767 characters.
 */
export function matchesGlob(glob: string, name: string): boolean {
  return name === glob || isMatch(glob, name);
}

function isMatch(glob: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let begin = 0;
  for (let i = 0; i < name.length; ) {
    if (glob[at] === '*') {
      star = at++;
      begin = i;
    } else if (glob[at] === '?' || glob[at] === name[i]) {
      at++;
      i++;
    } else if (star < 0) {
      return false;
    } else {
      at = star + 1;
      i = ++begin;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}
