// SPDX-License-Identifier: MIT
// Browsers refuse web workers on file:// pages. This Worker runs the script in a hidden iframe
// instead, so that the search of a site opened from disk works. Other pages keep the real one.
if (location.protocol === 'file:') {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement('iframe');
      frame.hidden = true;
      document.body.append(frame);
      this._scope = frame.contentWindow;
      this._scope.postMessage = (data) => this.dispatchEvent(new MessageEvent('message', { data }));
      const script = this._scope.document.createElement('script');
      script.src = url;
      this._loaded = new Promise((resolve) => { script.onload = resolve; });
      this._scope.document.body.append(script);
    }

    postMessage(data) {
      this._loaded.then(() => this._scope.dispatchEvent(new MessageEvent('message', { data })));
    }
  };
}
