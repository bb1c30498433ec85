/// What a vision model is asked unless the settings hold another text.
package enum DefaultPrompts {
    package static let suggestions = """
        Look at this photo and suggest 10 names for chat rooms that people who took such a photo would join.
        Each name has 1 to 4 words, is reusable for similar photos and has no filler words. Mix literal and conceptual names; for a famous brand or object use its one-word form.
        Answer with JSON only: {"suggestions":[{"name":"Title Case","key":"lowercase-with-dashes","description":"one sentence"}]}
        """

    package static let caption = """
        Describe this photo factually in one or two sentences.
        Answer with JSON only: {"title":"two to four words","category":"one or two words","visible_text":"text in the photo, or empty","caption":"the description"}
        """
}
