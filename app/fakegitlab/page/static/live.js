/** Hears from the server that something changed, and finds its way back after the line was cut. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

export class Live {
  #source = null;
  #timer = null;
  #wait = FIRST_WAIT_MS;
  #since;
  #heard;
  #lost;
  #found;

  /** `since()` gives the version on screen; `heard(change)`, `lost()` and `found()` tell what happened. */
  constructor({ since, heard, lost, found }) {
    this.#since = since;
    this.#heard = heard;
    this.#lost = lost;
    this.#found = found;
  }

  /** Connects now, whatever was under way. */
  connect() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = new EventSource(`/-/page/events?since=${this.#since()}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#wait = FIRST_WAIT_MS;
      this.#found();
    });
    source.addEventListener("changed", (event) => this.#heard(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      this.#lost();
      this.retry();
    });
  }

  /** Hangs up and connects again after a while. The browser's own way gives up on some errors and repeats a stale `since`. */
  retry() {
    this.#source?.close();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }
}
