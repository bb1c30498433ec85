/// The questions that a provider is asked unless the settings hold others.
package enum DefaultPrompts {
    /// Asks for the answers to what a picture shows.
    package static let solver = """
        Solve every problem in this picture. Answer with the final answers only, in reading order, \
        separated by commas: no steps, no units that are not asked for, no explanations. If nothing \
        in the picture can be solved, answer with ERROR: and a short reason.
        """

    /// Asks for ten room titles.
    package static let suggestions = """
        Look at this photo and name 10 chat rooms that people who took a photo like it would want \
        to join.

        Rules for the titles:
        - 1 to 4 words each, in Title Case.
        - Reusable: another photo of the same kind of thing, place or moment should lead to the \
        same title. No dates, no counts, nothing that fits this one photo only.
        - No filler such as "Chat", "Room", "Talk", "Lovers", "Club", "Photo" or "Discussion".
        - Mix the literal (what is in the picture) and the conceptual (the activity, mood, craft \
        or interest behind it).
        - If a famous brand, work, landmark or everyday object is the subject, make one title its \
        plain one-word name.
        - All 10 differ in meaning, the most fitting first.

        Answer with one JSON object and nothing else:
        {"suggestions": [{"name": "Morning Coffee", "key": "morning-coffee", "description": \
        "First cups, favourite mugs and slow mornings"}]}

        - "name" is the title.
        - "key" is the title in lowercase letters and digits, words joined by dashes.
        - "description" is one short sentence that says what is talked about in the room.
        """

    /// Asks what the picture shows.
    package static let caption = """
        Describe this photo factually, for someone who will search for it later. Say only what can \
        be seen; do not guess at names, motives or places that nothing in the picture shows.

        Answer with one JSON object and nothing else:
        {"title": "…", "category": "…", "visible_text": "…", "caption": "…"}

        - "title": 2 to 4 words that name the subject.
        - "category": one or two words for the kind of picture, such as food, landscape, street, \
        interior, person, animal, vehicle, product, document or screenshot.
        - "visible_text": all text that can be read in the picture, as written; "" if there is none.
        - "caption": 1 to 2 plain sentences on the subject, its surroundings and what is happening.
        """
}
