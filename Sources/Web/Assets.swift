/// Styles and scripts of the pages; nothing is loaded from anywhere else.
enum Assets {
    static let style = #"""
        :root { color-scheme: light dark; --ink: #241f1b; --paper: #fbf8f3; --line: #d9cfc2;
          --accent: #8a4b2a; --soft: #f1e9de; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #efe7dc; --paper: #1b1816; --line: #453c34; --accent: #e0a272;
            --soft: #28231f; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 1rem/1.55 system-ui, sans-serif; }
        header, main { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem; }
        header a { color: var(--accent); font-weight: 700; letter-spacing: .08em;
          text-decoration: none; text-transform: uppercase; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0 1.25rem; }
        h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
        a { color: var(--accent); }
        .drop { border: 2px dashed var(--line); border-radius: .75rem; padding: 1.5rem;
          background: var(--soft); }
        .drop.over { border-color: var(--accent); }
        .drop label { display: block; font-weight: 600; margin-bottom: .75rem; }
        .hint { display: block; font-weight: 400; opacity: .75; }
        #result:not([hidden]) { display: grid; gap: 1.5rem; margin-top: 1.5rem;
          grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
        figure { margin: 0; }
        figure img { width: 100%; border-radius: .5rem; display: block; }
        figcaption { margin-top: .6rem; }
        ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .5rem; }
        button, input { font: inherit; color: inherit; }
        button { background: var(--soft); border: 1px solid var(--line); border-radius: 999px;
          cursor: pointer; padding: .4rem .9rem; }
        button:hover { border-color: var(--accent); }
        #similar button { background: var(--accent); border-color: var(--accent);
          color: var(--paper); }
        input[type="file"] { max-width: 100%; }
        #recent img { width: 7rem; height: 7rem; object-fit: cover; border-radius: .5rem; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        [role="status"] { min-height: 1.6em; }
        .who { display: flex; gap: .75rem; align-items: center; justify-content: flex-end;
          font-size: .9rem; margin-top: -3.1rem; margin-bottom: 1.25rem; }
        .crumbs { font-size: .9rem; opacity: .85; }
        .notice { background: var(--soft); border-left: 3px solid var(--accent);
          border-radius: .25rem; padding: .6rem .9rem; }
        .fields { display: grid; gap: .4rem; max-width: 22rem; }
        .fields button { justify-self: start; margin-top: .8rem; }
        .fields input, .filters input, .filters select { background: var(--soft);
          border: 1px solid var(--line); border-radius: .5rem; padding: .45rem .7rem;
          font: inherit; color: inherit; }
        .fields input { width: 100%; }
        .filters { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end;
          margin-bottom: 1rem; }
        .filters label { display: grid; gap: .2rem; font-size: .85rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { border-bottom: 1px solid var(--line); padding: .45rem .9rem .45rem 0;
          text-align: left; white-space: nowrap; }
        thead th { font-size: .85rem; font-weight: 600; opacity: .75; }
        th.number, td.number { text-align: right; }
        .number + :not(.number) { padding-left: 1rem; }
        .pages { display: flex; gap: 1.25rem; }
        .preview img { max-width: 400px; max-height: 400px; width: auto; height: auto;
          border: 1px solid var(--line); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.5rem; }
        dt { opacity: .75; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .mark { border-radius: 999px; padding: .1rem .6rem; color: #fff; font-size: .85rem; }
        .mark.good { background: #2f7a4b; }
        .mark.bad { background: #a8392f; }
        .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
        .cards li { background: var(--soft); border-radius: .75rem; padding: 1rem 1.2rem;
          display: grid; gap: .2rem; }
        .figures { display: grid; gap: .75rem; margin: 1rem 0 1.5rem;
          grid-template-columns: repeat(auto-fit, minmax(7.4rem, 1fr)); }
        .figures li { background: var(--soft); border-radius: .75rem; padding: .8rem 1rem;
          display: grid; }
        .figures strong { font-size: 1.2rem; white-space: nowrap; }
        .figures span { font-size: .85rem; opacity: .75; }
        .columns { display: grid; gap: 0 2.5rem;
          grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); }
        .chart text { fill: var(--ink); font: .8rem system-ui, sans-serif; text-anchor: middle; }
        .chart text.small { font-size: .7rem; opacity: .75; }
        .bar { fill: var(--accent); }
        .bar.bad { fill: #a8392f; }
        .share { width: 7rem; height: .7rem; display: block; }
        .bars th { font-weight: 400; }
        @media (max-width: 40rem) { .who { margin-top: 0; } .columns { grid-template-columns: 1fr; } }

        """#

    /// Who this browser is: a random secret of 128 bits that it keeps, and requests that carry it.
    static let visitor = #"""
        function keep(fresh) {
          try {
            const kept = localStorage.getItem("tintype-fingerprint");
            if (!kept) localStorage.setItem("tintype-fingerprint", fresh);
            return kept ?? fresh;
          } catch {
            // A browser that keeps nothing is somebody else on each page.
            return fresh;
          }
        }

        export const fingerprint = (() => {
          const bytes = crypto.getRandomValues(new Uint8Array(16));
          return keep([...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
        })();

        export async function post(path, body) {
          try {
            const response = await fetch(path, {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ ...body, fingerprint }),
            });
            const answer = response.status === 204 ? {} : await response.json();
            return { ok: response.ok, status: response.status, answer };
          } catch {
            const answer = { detail: "That did not get through. Try again." };
            return { ok: false, status: 0, answer };
          }
        }

        export function complaint(answer) {
          if (answer.detail) return answer.detail;
          if (answer.error) return answer.error;
          return Object.values(answer).flat().join(" ");
        }

        """#

    static let home = #"""
        import { fingerprint, post, complaint } from "/assets/visitor.js";

        const form = document.getElementById("upload");
        const input = document.getElementById("photo");
        const state = document.getElementById("state");
        const find = (selector) => document.querySelector(selector);

        function button(text, action) {
          const item = document.createElement("li");
          const made = document.createElement("button");
          made.type = "button";
          made.textContent = text;
          made.addEventListener("click", action);
          item.append(made);
          return item;
        }

        async function choose(photo, code) {
          const { ok, answer } = await post("/api/chats/create-from-photo/", {
            photo_analysis_id: photo, room_code: code,
          });
          if (ok) location.href = answer.chat_room.url;
          else state.textContent = complaint(answer);
        }

        function show(answer) {
          const photo = answer.analysis;
          find("#picture").src = new URL(photo.image_url).pathname + "?size=thumb";
          find("#picture").alt = photo.caption_title;
          find("#caption").textContent = photo.caption_full;
          find("#suggestions").replaceChildren(...photo.suggestions.map((room) => {
            const item = button(room.name, () => choose(photo.id, room.key));
            item.firstChild.title = room.description;
            return item;
          }));
          find("#similar").hidden = answer.similar_rooms.length === 0;
          find("#similar ul").replaceChildren(...answer.similar_rooms.map((room) =>
            button(`${room.room_name} (${room.active_users} there)`,
              () => choose(photo.id, room.room_code))));
          find("#result").hidden = false;
          state.textContent = answer.cached ? "This photo was analysed before." : "";
        }

        async function upload(file) {
          state.textContent = "Looking at your photo…";
          const body = new FormData();
          body.append("fingerprint", fingerprint);
          body.append("image", file);
          try {
            const response = await fetch("/api/photo-analysis/upload/", { method: "POST", body });
            const answer = await response.json();
            if (response.ok) show(answer);
            else state.textContent = complaint(answer);
          } catch {
            state.textContent = "The upload did not get through. Try again.";
          }
          recent();
        }

        async function recent() {
          const response = await fetch("/api/photo-analysis/recent/?limit=8", {
            headers: { "X-Fingerprint": fingerprint },
          });
          if (!response.ok) return;
          const photos = await response.json();
          find("#recent").hidden = photos.length === 0;
          find("#recent ul").replaceChildren(...photos.map((photo) => {
            const item = document.createElement("li");
            const link = document.createElement("a");
            const picture = document.createElement("img");
            link.href = `/api/photo-analysis/${photo.id}/image/`;
            picture.src = `${link.href}?size=thumb`;
            picture.alt = `Photo of ${new Date(photo.created_at).toLocaleString()}`;
            link.append(picture);
            item.append(link);
            return item;
          }));
        }

        input.addEventListener("change", () => input.files[0] && upload(input.files[0]));
        form.addEventListener("submit", (event) => event.preventDefault());
        for (const name of ["dragover", "dragleave", "drop"]) {
          form.addEventListener(name, (event) => {
            event.preventDefault();
            form.classList.toggle("over", name === "dragover");
            if (name === "drop" && event.dataTransfer.files[0]) upload(event.dataTransfer.files[0]);
          });
        }
        recent();

        """#
}
