extension Setting {
    static let requestImages: [Setting] = live(
        .requestImages, "",
        [
            (
                "SAVE_REQUEST_IMAGES", .bool, "false",
                "Whether the pictures of logged requests are kept, byte for byte."
            ),
            (
                "SAVE_REQUEST_IMAGES_SERVICES", .text(0...2000), "core.image_solve",
                "The services whose pictures are kept, separated by commas; * is all of them."
            ),
            (
                "MAX_SAVED_IMAGE_SIZE_MB", .decimal(0.0...1024.0), "10",
                "Larger pictures are not kept; in units of 1,048,576 bytes."
            ),
            (
                "IMAGE_RETENTION_DAYS", .integer(0...36_500), "30",
                "Days after which kept pictures are removed."
            ),
            (
                "REQUEST_LOG_RETENTION_DAYS", .integer(0...36_500), "0",
                "Days after which rows of the request log are removed with their pictures; 0 means never."
            ),
        ])

    static let solver: [Setting] =
        live(
            .solver, "",
            [
                (
                    "SOLVER_PROVIDER", choice(ProviderChoice.self), "auto",
                    "Who solves what a picture shows; auto is openai when a key or base URL is set, else builtin."
                ),
                ("OPENAI_MODEL", .text(1...100), "gpt-4o", "The model that solves."),
                (
                    "OPENAI_TIMEOUT_S", .decimal(0.1...600.0), "30",
                    "Seconds that one call of the solver may take, connecting included."
                ),
                (
                    "SOLVER_PROMPT", .prose(1...20_000), DefaultPrompts.solver,
                    "The text that asks for the answers."
                ),
                (
                    "SOLVER_RETRY_BASE_S", .decimal(0.0...60.0), "1",
                    "Seconds before a failed call is tried again; they double from one to the next."
                ),
            ]) + [
            Setting(
                name: "OCR_LANGUAGES", flag: nil, kind: .text(1...100), defaultText: "eng",
                section: .solver, life: .startup,
                help: "Tesseract's languages, joined by a plus sign.")
        ]
}

extension SettingKey<Bool> {
    package static var saveRequestImages: Self { Self("SAVE_REQUEST_IMAGES") }
}
extension SettingKey<String> {
    package static var savedImageServices: Self { Self("SAVE_REQUEST_IMAGES_SERVICES") }
    package static var solverModel: Self { Self("OPENAI_MODEL") }
    package static var solverPrompt: Self { Self("SOLVER_PROMPT") }
}
extension SettingKey<Double> {
    package static var maxSavedImageMB: Self { Self("MAX_SAVED_IMAGE_SIZE_MB") }
    package static var solverTimeout: Self { Self("OPENAI_TIMEOUT_S") }
    package static var solverRetryBase: Self { Self("SOLVER_RETRY_BASE_S") }
}
extension SettingKey<Int> {
    package static var imageRetentionDays: Self { Self("IMAGE_RETENTION_DAYS") }
    package static var requestLogRetentionDays: Self { Self("REQUEST_LOG_RETENTION_DAYS") }
}
extension SettingKey<ProviderChoice> {
    package static var solverProvider: Self { Self("SOLVER_PROVIDER") }
}
extension StartupKey<String> {
    package static var ocrLanguages: Self { Self("OCR_LANGUAGES") }
}
