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
