using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class StripeIntents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "payments_stripe_intents",
                columns: table => new
                {
                    key = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    payment_intent_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    token = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    decline_code = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    amount_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_stripe_intents", x => x.key);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "payments_stripe_intents");
        }
    }
}
