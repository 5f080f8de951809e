using MudBlazor;

namespace RideBooking.Console.Layout;

/// <summary>Colours with enough contrast for small text in both themes, and the system's own fonts.</summary>
internal static class ConsoleTheme
{
    public static MudTheme Theme { get; } =
        new()
        {
            PaletteLight = new PaletteLight
            {
                Primary = "#0b57d0",
                Background = "#f6f7f9",
                Surface = "#ffffff",
                AppbarBackground = "#12263f",
                AppbarText = "#ffffff",
                DrawerBackground = "#ffffff",
                DrawerText = "#26303c",
                DrawerIcon = "#4a5663",
                TextPrimary = "#1b232c",
                TextSecondary = "#4a5663",
                ActionDefault = "#4a5663",
                LinesInputs = "#76828f",
                Error = "#b3261e",
                Success = "#146c2e",
                Warning = "#8a5000",
                Info = "#0b57d0",
            },
            PaletteDark = new PaletteDark
            {
                Primary = "#8ab4f8",
                PrimaryContrastText = "#10161d",
                Background = "#10161d",
                Surface = "#19212b",
                AppbarBackground = "#0b1016",
                AppbarText = "#e6eaef",
                DrawerBackground = "#151c25",
                DrawerText = "#d3dae2",
                DrawerIcon = "#a9b4c0",
                TextPrimary = "#e6eaef",
                TextSecondary = "#b3bdc9",
                ActionDefault = "#b3bdc9",
                LinesInputs = "#7d8894",
                Error = "#f2b8b5",
                Success = "#7fd99a",
                Warning = "#ffb870",
                Info = "#8ab4f8",
            },
            Typography = new Typography
            {
                Default = new DefaultTypography
                {
                    FontFamily = ["system-ui", "-apple-system", "Segoe UI", "Liberation Sans", "Arial", "sans-serif"],
                },
            },
            LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
        };
}
